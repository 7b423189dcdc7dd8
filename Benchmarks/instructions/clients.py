"""A number of requests exactly, unlike wrk's load, which lasts a time."""

import http.client
import uuid
from concurrent.futures import ThreadPoolExecutor

from harness.workspace import BenchmarkError
from harness.wrk import Request


def send(port: int, request: Request, count: int, clients: int, status: int) -> None:
    """Each client has a connection of its own and waits for an answer before it asks again."""
    with ThreadPoolExecutor(clients) as pool:
        for found in pool.map(lambda _: _ask(port, request, count // clients), range(clients)):
            if found - {status}:
                raise BenchmarkError(f"{request.path} answered {sorted(found)} instead of {status}.")


def _ask(port: int, request: Request, count: int) -> set[int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    found = set()
    try:
        for _ in range(count):
            body = request.body.replace("@NUMBER@", uuid.uuid4().hex)
            connection.request("POST", request.path, body, {"Content-Type": "application/json", **request.headers})
            response = connection.getresponse()
            response.read()
            found.add(response.status)
    finally:
        connection.close()
    return found
