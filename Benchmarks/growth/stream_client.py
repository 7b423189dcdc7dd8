"""A client of streams that takes the time to the first token, on raw sockets."""

import asyncio
import json
import time
import uuid
from dataclasses import dataclass

from growth.dialects import CHAT, Dialect

_EVENT = b"data: "
# Longer than any stream takes.
_TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Target:
    """Where a stream is asked for."""

    port: int
    path: str
    model: str
    key: str
    dialect: Dialect = CHAT

    def request(self) -> bytes:
        return self.request_of(self.dialect.body(self.model, [f"Tell me about {uuid.uuid4().hex}."], []))

    def request_of(self, members: dict) -> bytes:
        body = json.dumps(members).encode()
        head = (
            f"POST {self.path.format(model=self.model)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + body


class Stream(asyncio.Protocol):
    """One stream, from its request to its last event. Times are of ``time.perf_counter``."""

    def __init__(self, request: bytes, dialect: Dialect):
        self._request = request
        self._dialect = dialect
        self._unfinished_line = b""
        # Whether it came to its end.
        self.ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.started = 0.0
        self.first_token: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.started = time.perf_counter()
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        *lines, self._unfinished_line = (self._unfinished_line + data).split(b"\n")
        for line in lines:
            if not line.startswith(_EVENT):
                continue
            data = line.removeprefix(_EVENT)
            if self.first_token is None and self._dialect.token.search(data):
                self.first_token = time.perf_counter()
            if self._dialect.end.search(data):
                self._end(self.first_token is not None)

    def connection_lost(self, error: Exception | None) -> None:
        self._end(False)

    def _end(self, is_whole: bool) -> None:
        if not self.ended.done():
            self.ended.set_result(is_whole)


class StreamLoad:
    """Keeps so many streams open, each client beginning its next one when its last one has ended."""

    def __init__(self, target: Target, clients: int, stream_seconds: float, seconds: float):
        self._target = target
        self._clients = clients
        self._stream_seconds = stream_seconds
        self._seconds = seconds
        self._is_measured = False
        self._is_over = False
        self.failures = 0
        # Of the streams that began in the measured time.
        self.first_token_ms: list[float] = []

    async def run(self) -> None:
        clients = [asyncio.create_task(self._client(number)) for number in range(self._clients)]
        # Until all clients are on, and the first of them are at their second stream.
        await asyncio.sleep(self._stream_seconds * 1.5)
        self._is_measured = True
        await asyncio.sleep(self._seconds)
        self._is_measured = False
        self._is_over = True
        await asyncio.gather(*clients)

    async def _client(self, number: int) -> None:
        # Evenly over one stream's length, as clients who know nothing of each other come.
        await asyncio.sleep(self._stream_seconds * number / self._clients)
        while not self._is_over:
            is_measured = self._is_measured
            first_token_ms = await self._stream()
            if first_token_ms is None:
                self.failures += 1
                await asyncio.sleep(0.1)
            elif is_measured:
                self.first_token_ms.append(first_token_ms)

    async def _stream(self) -> float | None:
        """The time to the first token, of a stream that came to its end."""
        try:
            transport, stream = await asyncio.get_running_loop().create_connection(
                lambda: Stream(self._target.request(), self._target.dialect), "127.0.0.1", self._target.port
            )
        except OSError:
            return None
        try:
            is_whole = await asyncio.wait_for(stream.ended, _TIMEOUT_SECONDS)
        except TimeoutError:
            return None
        finally:
            transport.close()
        return (stream.first_token - stream.started) * 1000 if is_whole and stream.first_token else None
