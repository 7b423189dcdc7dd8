"""Fetches jobs by their ids, each of which must have its answer."""

import http.client
import json

from harness.sluice import KEY


def lost(port: int, ids: list[str], text: str) -> list[str]:
    """A sentence for each job that is not there, has not succeeded, or has another result than ``text``."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        return [sentence for each in ids if (sentence := _fault(connection, each, text))]
    finally:
        connection.close()


def _fault(connection: http.client.HTTPConnection, job: str, text: str) -> str | None:
    connection.request("GET", f"/jobs/{job}?wait=30", headers={"X-API-Key": KEY})
    response = connection.getresponse()
    body = response.read()
    found = json.loads(body) if response.status == 200 else {}
    if found.get("status") == "succeeded" and (found.get("result") or {}).get("response") == text:
        return None
    return f"{job}: {response.status} {body[:300].decode(errors='replace')}"
