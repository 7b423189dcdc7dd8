"""The dialects in which a stream may be asked for: what is sent, and how a client tells its first word and its end."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    name: str
    # Of Sluice; `{model}` stands for the model's name.
    path: str
    # In the data of an event with text in it: the first one of a stream only tells the role.
    token: re.Pattern[bytes]
    # In the data of an event behind which nothing comes that matters.
    end: re.Pattern[bytes]
    # Of a model, the turns of a conversation, of which the first and the last are the user's, and functions.
    body: Callable[[str, list[str], list["Function"]], dict]


@dataclass(frozen=True)
class Function:
    """What a model may call."""

    name: str
    description: str
    # JSON Schema.
    parameters: dict


def _roles(texts: list[str], user: str, model: str) -> list[tuple[str, str]]:
    return [(model if index % 2 else user, text) for index, text in enumerate(texts)]


def _chat(model: str, texts: list[str], functions: list[Function]) -> dict:
    body = {
        "model": model, "stream": True,
        "messages": [{"role": role, "content": text} for role, text in _roles(texts, "user", "assistant")],
    }  # fmt: skip
    if functions:
        body["tools"] = [{"type": "function", "function": vars(each)} for each in functions]
    return body


def _messages(model: str, texts: list[str], functions: list[Function]) -> dict:
    body = {
        "model": model, "stream": True, "max_tokens": 8192,
        "messages": [{"role": role, "content": text} for role, text in _roles(texts, "user", "assistant")],
    }  # fmt: skip
    if functions:
        body["tools"] = [
            {"name": each.name, "description": each.description, "input_schema": each.parameters}
            for each in functions
        ]  # fmt: skip
    return body


def _responses(model: str, texts: list[str], functions: list[Function]) -> dict:
    body = {
        "model": model, "stream": True,
        "input": [{"role": role, "content": text} for role, text in _roles(texts, "user", "assistant")],
    }  # fmt: skip
    if functions:
        body["tools"] = [{"type": "function", **vars(each)} for each in functions]
    return body


def _gemini(_: str, texts: list[str], functions: list[Function]) -> dict:
    body: dict = {
        "contents": [{"role": role, "parts": [{"text": text}]} for role, text in _roles(texts, "user", "model")]
    }
    if functions:
        body["tools"] = [{"functionDeclarations": [vars(each) for each in functions]}]
    return body


CHAT = Dialect("chat", "/v1/chat/completions", re.compile(rb'"content": ?"[^"]'), re.compile(rb"^\[DONE\]"), _chat)
MESSAGES = Dialect(
    "messages", "/v1/messages", re.compile(rb'"text": ?"[^"]'), re.compile(rb'"message_stop"'), _messages
)
RESPONSES = Dialect(
    "responses", "/v1/responses", re.compile(rb'"delta": ?"[^"]'), re.compile(rb'"response\.completed"'), _responses
)
GEMINI = Dialect(
    "gemini", "/v1beta/models/{model}:streamGenerateContent?alt=sse", re.compile(rb'"text": ?"[^"]'),
    re.compile(rb'"finishReason": ?"'), _gemini,
)  # fmt: skip
