"""What Redis uses and what Sluice counts, looked at each second."""

import re
import socket
import urllib.parse

from harness import web
from harness.sluice import Sluice

_SAMPLE = re.compile(r'^(sluice_\w+?)(?:\{\w+="([^"]*)"\})? (-?\d+)$', re.MULTILINE)


class Watch:
    """Keeps the most of each figure."""

    def __init__(self, sluice: Sluice):
        self._sluice = sluice
        self.used = 0
        # By part, as `sluice_memory_bytes` names them.
        self.parts: dict[str, int] = {}
        # Seconds in which Sluice said that Redis is full of what may not give way.
        self.full = 0
        self.ended = 0

    def look(self) -> None:
        for process in (self._sluice.api, *self._sluice.workers, self._sluice.redis):
            process.check()
        self.used = max(self.used, int(info(self._sluice.redis_url, "memory")["used_memory"]))
        counts = metrics(self._sluice.port)
        for part, size in counts.get("sluice_memory_bytes", {}).items():
            self.parts[part] = max(self.parts.get(part, 0), size)
        self.ended = sum(counts.get("sluice_jobs_ended_total", {}).values())
        self.full += counts.get("sluice_redis_full", {}).get("", 0)


def metrics(port: int) -> dict[str, dict[str, int]]:
    """The API's counters and gauges, by name and the value of their label."""
    found: dict[str, dict[str, int]] = {}
    for name, label, value in _SAMPLE.findall(web.ask(port, "/metrics")[2]):
        found.setdefault(name, {})[label] = int(value)
    return found


def info(url: str, section: str) -> dict[str, str]:
    """A section of Redis' INFO."""
    parts = urllib.parse.urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as client, client.makefile("rb") as reply:
        client.sendall(f"INFO {section}\r\n".encode())
        size = int(reply.readline()[1:])
        lines = reply.read(size).decode().splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)
