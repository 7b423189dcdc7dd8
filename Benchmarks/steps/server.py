"""A Redis of its own that does what it is asked."""

import re
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from steps.subject import DAY, Subject

_BASE = "sluice:{0}"
_CHANNEL = "sluice:{0}:handed:fedcba9876543210"
_WORKER = "worker-0123456789abcdef"
_OFFER = f"0 {_WORKER} {_CHANNEL}"


class Connection:
    def __init__(self, path: Path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("rb")

    def call(self, *arguments):
        parts = [b"*%d\r\n" % len(arguments)]
        for argument in arguments:
            data = argument if isinstance(argument, bytes) else str(argument).encode()
            parts.append(b"$%d\r\n%b\r\n" % (len(data), data))
        self._socket.sendall(b"".join(parts))
        return self.read()

    def read(self):
        line = self._file.readline()[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        if kind == b"$":
            return None if rest == b"-1" else self._file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self.read() for _ in range(int(rest))]
        return int(rest) if kind == b":" else rest


class Server:
    def __init__(self, wrapper: list[str] | None = None):
        self._folder = tempfile.TemporaryDirectory()
        self._loaded = None
        self._path = Path(self._folder.name) / "redis.sock"
        self._process = subprocess.Popen(
            [*(wrapper or []), "redis-server", "--port", "0", "--unixsocket", str(self._path), "--save", "",
             "--appendonly", "no", "--dir", self._folder.name, "--hz", "1"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def __enter__(self):
        self._redis = self._connect()
        self._worker = Connection(self._path)
        self._worker.call("SUBSCRIBE", _CHANNEL)
        return self

    def _connect(self) -> Connection:
        for _ in range(600):
            try:
                return Connection(self._path)
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("Redis does not start")

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()

    def time(self, subject: Subject, jobs: int, at_once: int, is_handed: bool) -> tuple[float, float]:
        """Microseconds for a job of its admission and of its end, once each client has asked before."""
        self._begin(subject, jobs, False)
        self.admit(subject, 100, 1)
        self._begin(subject, jobs, is_handed)
        admit = self._timed(lambda: self.admit(subject, jobs, at_once)) / jobs
        leases = self._leases(subject, jobs, is_handed)
        return admit, self._timed(lambda: self.complete(subject, leases, at_once)) / jobs

    def run(self, subject: Subject, jobs: int, at_once: int, is_handed: bool, parts: int) -> None:
        """The first parts of the same, and nothing else: the admission, what brings the job to the worker, its end."""
        self._begin(subject, jobs, is_handed)
        self.admit(subject, jobs, at_once)
        leases = self._leases(subject, jobs, is_handed) if parts > 1 else []
        if parts > 2:
            self.complete(subject, leases, at_once)

    def _begin(self, subject: Subject, jobs: int, is_handed: bool) -> None:
        self._redis.call("FLUSHALL")
        if self._loaded != subject.library:
            self._redis.call("FUNCTION", "FLUSH")
            self._redis.call("FUNCTION", "LOAD", subject.source)
            self._loaded = subject.library
        if is_handed:
            self._claim(subject, jobs)

    def _step(self, subject: Subject, name: str, *arguments):
        return self._redis.call("FCALL", f"{subject.library}_{name}", "1", _BASE, *arguments)

    def admit(self, subject: Subject, jobs: int, at_once: int) -> None:
        now = int(time.time() * 1000)
        head = [str(DAY), str(DAY), "100000", "1000000000", "100000", "1000000000", "30000", "60000"]
        for first in range(0, jobs, at_once):
            orders = [subject.order(number, now) for number in range(first, first + at_once)]
            replies = self._step(subject, "admit", *head, *(part for order in orders for part in order))
            # Before outcomes were words, they were arrays.
            outcomes = [reply if isinstance(reply, bytes) else reply[0] for reply in replies]
            assert all(outcome.startswith(b"admitted") for outcome in outcomes), replies

    def _claim(self, subject: Subject, jobs: int) -> list:
        arguments = [str(jobs), "600000", str(DAY), _WORKER, "0", "1000", _OFFER, "0"]
        return self._step(subject, "claim", *arguments)[2:]

    def _leases(self, subject: Subject, jobs: int, is_handed: bool) -> list:
        if is_handed:
            messages = [self._worker.read()[2].split(b" ", 2) for _ in range(jobs)]
            return [(message[0], message[1]) for message in messages]
        leases = []
        while len(leases) < jobs:
            leases += [(job[0], job[1]) for job in self._claim(subject, jobs - len(leases))]
        return leases

    def complete(self, subject: Subject, leases: list, at_once: int) -> None:
        answer = '{"choices":[{"message":{"content":"' + "word " * 100 + '"}}]}'
        for first in range(0, len(leases), at_once):
            arguments = []
            for number, (id, fence) in enumerate(leases[first : first + at_once]):
                completion = [id, fence, answer, "0", "openai", "gpt-4o", "250", str(100 + number % 7), "123456"]
                arguments += completion + [""] * (subject.completion - len(completion))
            assert set(self._step(subject, "complete", str(DAY), "100000000", _OFFER, _WORKER, *arguments)) != {0}

    def _timed(self, body) -> float:
        before = self._microseconds()
        body()
        return self._microseconds() - before

    def _microseconds(self) -> int:
        found = re.search(rb"cmdstat_fcall:calls=\d+,usec=(\d+)", self._redis.call("INFO", "commandstats"))
        return int(found[1]) if found else 0
