"""A Redis of one's own, empty at first, gone at the end."""

import shutil
import socket
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from processes import running, tail


class Client:
    """Asks for one number at a time, as inline commands: a client library would be one more thing to install."""

    def __init__(self, path):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(10)
        connection.connect(str(path))
        self._file = connection.makefile("rwb")

    def ask(self, command):
        self._file.write(command.encode() + b"\r\n")
        self._file.flush()
        return self._file.readline().decode().strip()

    def number(self, script):
        reply = self.ask(f'EVAL "{script}" 0')
        if not reply.startswith(":"):
            raise RuntimeError(f"Redis says {reply!r} to {script}")
        return int(reply[1:])


@contextmanager
def redis_server(folder, fsync):
    """Yields its URL and a client. Its files are in `folder`, which should be on a real disk; its socket is not,
    because a socket's path may have 107 bytes only."""
    short = Path(tempfile.mkdtemp(prefix="bench-"))
    files = folder / "redis"
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir(parents=True)
    path, log = short / "redis.sock", folder / "redis.log"
    command = [
        "redis-server", "--port", "0", "--unixsocket", str(path), "--dir", str(files), "--save", "",
        "--appendonly", "yes", "--appendfsync", fsync, "--maxmemory-policy", "noeviction", "--daemonize", "no",
    ]
    try:
        with running(command, log) as process:
            yield f"unix://{path}", _client(path, process, log)
    finally:
        shutil.rmtree(short, ignore_errors=True)
        shutil.rmtree(files, ignore_errors=True)


def _client(path, process, log):
    for _ in range(200):
        try:
            client = Client(path)
            if client.ask("PING") == "+PONG":
                return client
        except OSError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"Redis did not start:\n{tail(log)}")
