"""nginx: the upstream, which is not ours and answers at once, and the proxy that gateways are compared with."""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from harness.ports import free_port, is_open
from harness.processes import Process, running
from harness.workspace import search_path

ANSWER_TEXT = "Benchmarks measure what they measure; the rest is up to you and the weather."
# Routers ask for it at their start.
_MODELS = {
    "object": "list",
    "data": [{"id": "bench", "object": "model", "created": 1700000000, "owned_by": "bench"}],
}

# One worker process. Connections are never closed, bodies never go to disk.
_CONFIGURATION = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 16384; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  client_body_buffer_size 1m;
  client_max_body_size 64m;
  {servers}
}}
"""

_UPSTREAM = """
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    default_type application/json;
    location / {{ return 200 '{answer}'; }}
    location = /v1/models {{ return 200 '{models}'; }}
  }}
"""

_PROXY = """
  upstream provider {{ server 127.0.0.1:{upstream}; keepalive 256; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
"""


@contextlib.contextmanager
def upstream(state: Path, text: str = ANSWER_TEXT) -> Iterator[tuple[int, Process]]:
    """A provider that answers every chat completion with the same text, without delay. Gives its port."""
    port = free_port()
    servers = _UPSTREAM.format(port=port, answer=json.dumps(_answer(text)), models=json.dumps(_MODELS))
    with _nginx(state / "nginx-upstream", port, servers) as process:
        yield port, process


@contextlib.contextmanager
def proxy(state: Path, upstream_port: int) -> Iterator[tuple[int, Process]]:
    """nginx before the upstream, in processes of its own. Gives its port."""
    port = free_port()
    with _nginx(state / "nginx-proxy", port, _PROXY.format(port=port, upstream=upstream_port)) as process:
        yield port, process


def _answer(text: str) -> dict:
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1700000000, "model": "bench",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 16, "total_tokens": 28},
    }  # fmt: skip


@contextlib.contextmanager
def _nginx(folder: Path, port: int, servers: str) -> Iterator[Process]:
    folder.mkdir(exist_ok=True)
    # As root nginx would change to a user who cannot enter our folder.
    user = "user root;" if os.geteuid() == 0 else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(user=user, folder=folder, servers=servers))
    program = shutil.which("nginx", path=search_path()) or "nginx"
    command = [program, "-p", str(folder), "-e", "stderr", "-c", str(configuration)]
    with running(folder.name, command, folder / "log") as process:
        process.wait_until(lambda: is_open(port))
        yield process
