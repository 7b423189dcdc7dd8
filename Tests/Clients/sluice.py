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
# A model for each dialect that a provider may speak.
DIALECTS = {
    "chat": "groq/llama-3.3-70b-versatile",
    "responses": "openai/gpt-5.1",
    "messages": "anthropic/claude-sonnet-4-5",
    "gemini": "gemini/gemini-2.5-flash",
}
# Of all dialects, and one of Gemini's that refuses a call without its signature.
AGENT_MODELS = [*DIALECTS.values(), "gemini/gemini-3-pro"]
# Names that Codex knows and gives its custom tool to, and the providers that they are aliases for.
CODEX_ALIASES = {"gpt-5.5": "groq", "gpt-5.6-sol": "anthropic", "gpt-5.6-terra": "gemini", "gpt-5.6-luna": "openai"}
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
