"""Other gateways, from PyPI: installed in environments of their own, and started."""

import contextlib
import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from harness import table, web
from harness.ports import free_port
from harness.processes import Process, running
from harness.workspace import ROOT

MASTER_KEY = "sk-bench"
_REQUIREMENTS = Path(__file__).with_name("requirements")


class Missing(Exception):
    """A peer that cannot be installed here."""


@functools.cache
def installed(name: str) -> Path:
    """The environment with the pinned version of a peer, made anew when the pin or the folder's path changes."""
    requirements = _REQUIREMENTS / f"{name}.txt"
    folder = ROOT / ".build" / f"bench-{name}"
    stamp = folder / "requirements.txt"
    # The programs in an environment name its path: a checkout that was moved needs another one.
    made_of = f"{requirements.read_text()}# {folder}\n"
    if stamp.exists() and stamp.read_text() == made_of:
        return folder
    table.note(f"Installing {requirements.read_text().strip()} from PyPI")
    _attempt([sys.executable, "-m", "venv", "--clear", str(folder)])
    _attempt([
        str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "--requirement",
        str(requirements),
    ])  # fmt: skip
    stamp.write_text(made_of)
    return folder


def version(name: str) -> str:
    """The pinned one, as it is installed."""
    return re.sub(r".*==", "", (_REQUIREMENTS / f"{name}.txt").read_text()).strip()


@contextlib.contextmanager
def sglang_router(state: Path, upstream_port: int) -> Iterator[tuple[int, Process]]:
    """A router in Rust that keeps everything in memory. Gives its port."""
    port = free_port()
    command = [
        str(installed("sglang-router") / "bin" / "sglang-router"), "launch", "--backend", "openai",
        "--worker-urls", f"http://127.0.0.1:{upstream_port}", "--host", "127.0.0.1", "--port", str(port),
        "--prometheus-port", str(free_port()), "--log-level", "warn",
    ]  # fmt: skip
    with running("sglang-router", command, state / "sglang-router.log") as process:
        process.wait_until(lambda: web.is_ok(port, "/health"), seconds=120)
        yield port, process


# What LiteLLM's documentation advises for production: no logs below errors, no verbosity.
# https://docs.litellm.ai/docs/proxy/prod
_LITELLM = """
model_list:
  - model_name: bench
    litellm_params:
      model: openai/bench
      api_base: http://127.0.0.1:{upstream}/v1
      api_key: sk-provider
litellm_settings:
  set_verbose: false
  request_timeout: 600
general_settings:
  master_key: {master_key}
"""
_LITELLM_ENVIRONMENT = {
    "LITELLM_MODE": "PRODUCTION", "LITELLM_LOG": "ERROR",
    # It must not look for its prices on the internet while it starts.
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
}  # fmt: skip


@contextlib.contextmanager
def litellm(state: Path, upstream_port: int) -> Iterator[tuple[int, Process]]:
    """LiteLLM's proxy with two workers. Gives its port."""
    port = free_port()
    configuration = state / "litellm.yaml"
    configuration.write_text(_LITELLM.format(upstream=upstream_port, master_key=MASTER_KEY))
    command = [
        str(installed("litellm") / "bin" / "litellm"), "--config", str(configuration), "--host", "127.0.0.1",
        "--port", str(port), "--num_workers", "2",
    ]  # fmt: skip
    with running("litellm", command, state / "litellm.log", _LITELLM_ENVIRONMENT) as process:
        process.wait_until(lambda: web.is_ok(port, "/health/liveliness"), seconds=180)
        # The first worker answered; the second one tells nobody when it is ready, but then it rests.
        process.wait_until(process.is_idle, seconds=60)
        yield port, process


def _attempt(command: list[str]) -> None:
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=900)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(str(error)) from None
    if ended.returncode != 0:
        lines = (ended.stderr or ended.stdout).strip().splitlines()
        raise Missing(lines[-1] if lines else f"{command[0]} failed")
