"""The provider simulator as these tests see it: its addresses and its control."""

import json
import subprocess
import urllib.request
from dataclasses import dataclass


@dataclass(frozen=True)
class Simulator:
    url: str

    @property
    def openai(self) -> str:
        return f"{self.url}/openai/v1"

    @property
    def groq(self) -> str:
        return f"{self.url}/groq/openai/v1"

    @property
    def openrouter(self) -> str:
        return f"{self.url}/openrouter/api/v1"

    @property
    def gemini(self) -> str:
        """Without the version, which Google's client adds."""
        return f"{self.url}/gemini"

    @property
    def anthropic(self) -> str:
        """Without the version, which Anthropic's client adds."""
        return f"{self.url}/anthropic"

    def script(self, behaviour: dict, **rule) -> None:
        """Makes the next requests meet a behaviour; a rule may say which (provider, times, …)."""
        self.script_all([{**rule, "behaviour": behaviour}])

    def script_all(self, rules: list[dict]) -> None:
        """Makes each request meet the first rule that is for it and has uses left."""
        self._control("PUT", "rules", rules)

    def reset(self) -> None:
        self._control("DELETE", "rules")
        self._control("DELETE", "requests")

    def requests(self, provider: str) -> list[dict]:
        """What came to a provider: path, headers, body."""
        return self._control("GET", f"requests?provider={provider}")

    def _control(self, method: str, name: str, body=None):
        request = urllib.request.Request(
            f"{self.url}/_simulator/{name}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            text = response.read()
        return json.loads(text) if text else None


class SimulatorProcess:
    """A simulator of these tests' own, on a port of its own."""

    def __init__(self, binary: str):
        self.process = subprocess.Popen([binary, "--port", "0"], stdout=subprocess.PIPE, text=True)
        # The line ends with the address.
        line = self.process.stdout.readline()
        if "listening on " not in line:
            self.stop()
            raise RuntimeError(f"{binary} did not say where it listens: {line!r}")
        self.simulator = Simulator("http://" + line.strip().rsplit(" ", 1)[1])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)
