"""The command lines of Claude Code and Codex as they come from PyPI, each with a home and a folder of its own."""

import json
import os
import pathlib
import subprocess
from dataclasses import dataclass, field

import claude_agent_sdk
from codex_cli_bin import bundled_codex_path

from sluice import Sluice

CLAUDE = pathlib.Path(claude_agent_sdk.__file__).parent / "_bundled" / "claude"
PATIENCE = 120


@dataclass
class Workshop:
    """A folder in which an agent mends a gate."""

    folder: pathlib.Path
    home: pathlib.Path = field(init=False)
    work: pathlib.Path = field(init=False)

    def __post_init__(self):
        self.home, self.work = self.folder / "home", self.folder / "work"
        self.home.mkdir()
        self.work.mkdir()
        self.gate.write_text("the gate is shut\n")

    @property
    def gate(self) -> pathlib.Path:
        return self.work / "gate.txt"

    @property
    def proof(self) -> pathlib.Path:
        return self.work / "proof.txt"

    def run(self, command: list[str], environment: dict[str, str]) -> str:
        done = subprocess.run(
            command,
            cwd=self.work,
            env={"PATH": os.environ["PATH"], "HOME": str(self.home)} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout


def claude_code(shop: Workshop, sluice: Sluice, model: str, task: str, *options: str) -> list[dict]:
    """What Claude Code says of a task, event by event; the last one is its result."""
    environment = {
        "ANTHROPIC_BASE_URL": sluice.url,
        "ANTHROPIC_AUTH_TOKEN": sluice.key,
        "ANTHROPIC_MODEL": model,
        # For titles and the like; never a model that a test scripts.
        "ANTHROPIC_SMALL_FAST_MODEL": "openrouter/meta-llama/llama-3.3-70b-instruct:free",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "IS_SANDBOX": "1",
    }
    output = ["--output-format", "stream-json", "--verbose"]
    tools = ["--allowedTools", "Bash", "Read", "Edit"]
    told = shop.run([str(CLAUDE), "-p", task, *output, *options, *tools], environment)
    return [json.loads(line) for line in told.splitlines() if line.startswith("{")]


def codex(shop: Workshop, sluice: Sluice, model: str, task: str) -> list[dict]:
    """What Codex says of a task, event by event."""
    folder = shop.home / ".codex"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(
        f"""model = "{model}"
model_provider = "sluice"

[model_providers.sluice]
name = "Sluice"
base_url = "{sluice.base}"
env_key = "SLUICE_KEY"
wire_api = "responses"
"""
    )
    options = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "--json"]
    told = shop.run(
        [str(bundled_codex_path()), "exec", *options, task],
        {"SLUICE_KEY": sluice.key, "CODEX_HOME": str(folder)},
    )
    return [json.loads(line) for line in told.splitlines() if line.startswith("{")]
