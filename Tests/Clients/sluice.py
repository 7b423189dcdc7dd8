"""Sluice as these tests see it."""

import os
from dataclasses import dataclass

# What `default` leads to first, and each provider by name.
MODELS = [
    "default",
    "gemini/gemini-2.5-flash",
    "groq/llama-3.3-70b-versatile",
    "openrouter/meta-llama/llama-3.3-70b-instruct:free",
]
EMBEDDING_MODELS = ["gemini/gemini-embedding-001", "openrouter/openai/text-embedding-3-small"]


@dataclass(frozen=True)
class Sluice:
    url: str
    key: str
    # Another API of the same Sluice, which lets one address ask once a second.
    limited_url: str

    @property
    def base(self) -> str:
        """As OpenAI's clients want it."""
        return f"{self.url}/v1"

    @property
    def limited_base(self) -> str:
        return f"{self.limited_url}/v1"

    @staticmethod
    def from_environment() -> "Sluice":
        names = ("SLUICE_URL", "SLUICE_KEY", "SLUICE_LIMITED_URL")
        if missing := [name for name in names if name not in os.environ]:
            raise RuntimeError(f"{', '.join(missing)} is not set: run scripts/client-tests, which sets it")
        return Sluice(*(os.environ[name] for name in names))
