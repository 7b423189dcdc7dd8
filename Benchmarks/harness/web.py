"""Single HTTP requests to 127.0.0.1, for readiness and for looking at answers."""

import http.client
import json


def ask(
    port: int, path: str, body: str | None = None, headers: dict[str, str] | None = None,
    method: str | None = None, seconds: float = 30,
) -> tuple[int, dict[str, str], str]:  # fmt: skip
    """Status, headers by small letters, and body. POST where there is a body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request(
            method or ("GET" if body is None else "POST"), path,
            body=None if body is None else body.encode(), headers=headers or {},
        )  # fmt: skip
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        return response.status, {name.lower(): value for name, value in response.getheaders()}, text
    finally:
        connection.close()


def is_ok(port: int, path: str, headers: dict[str, str] | None = None) -> bool:
    try:
        return ask(port, path, headers=headers, seconds=5)[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def get_json(port: int, path: str) -> dict:
    """The JSON object at a path, whatever the status; empty where nobody answers."""
    try:
        return json.loads(ask(port, path, seconds=5)[2])
    except (OSError, http.client.HTTPException, ValueError):
        return {}
