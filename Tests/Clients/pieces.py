"""Answers, and the many ways in which providers cut them into deltas."""

import random
from dataclasses import dataclass

from samples import PNG_URL

PERSON = '{"name": "Ada", "kind": "keeper", "tags": ["älter", "🚰"], "home": {"street": "Am Wehr", "number": 7}}'
# Texts that providers tell bit by bit, of messages and of tool calls.
TEXTS = ("reasoning", "reasoning_content", "content", "refusal")


def call(number: int, name: str, arguments: str) -> dict:
    return {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": arguments}}


WEATHER_CALL = call(0, "get_weather", '{"city": "Paris", "unit": "celsius", "days": 3}')
TIME_CALL = call(1, "get_time", '{"city": "Rome \\"caput\\" 🌍", "unit": "fahrenheit"}')
CUSTOM_CALL = {"id": "call_c", "type": "custom", "custom": {"name": "code", "input": 'print("🚰")\n'}}
THOUGHT = {"type": "reasoning.text", "text": "two and two make four", "signature": "SIG==", "format": "f1"}

# Whole messages as Sluice's clients must get them.
ANSWERS = {
    "a text": {"content": "A sluice is a gate for water. 🚰 So it is."},
    "a call": {"tool_calls": [WEATHER_CALL]},
    "two calls": {"tool_calls": [WEATHER_CALL, TIME_CALL]},
    "a text and two calls": {"content": "Let me look.", "tool_calls": [WEATHER_CALL, TIME_CALL]},
    "a custom tool's call": {"tool_calls": [CUSTOM_CALL]},
    "a function's and a custom tool's call": {"tool_calls": [WEATHER_CALL, CUSTOM_CALL]},
    "a refusal": {"refusal": "That I would rather not do."},
    "reasoning and a text": {"reasoning_content": "two and two", "content": "4"},
    "reasoning, its details and a text": {
        "reasoning": "two and two make four",
        "reasoning_details": [THOUGHT, {"type": "reasoning.encrypted", "data": "XYZ", "format": "f1"}],
        "content": "4",
    },
    "a text with images": {
        "content": "Two of them:",
        "images": [{"type": "image_url", "image_url": {"url": PNG_URL + tail}} for tail in ("", "AA")],
    },
    "a sound": {"audio": {"id": "audio_1", "data": "UklGRgAA", "transcript": "hello there", "expires_at": 7}},
}


@dataclass(frozen=True)
class Manner:
    """How a provider cuts an answer."""

    seed: int
    # The most events of one text, so that slow paces end.
    most: int = 12

    def deltas(self, message: dict) -> list[dict]:
        chance = random.Random(self.seed)
        # What compatible servers do: each is seen in the wild.
        repeats_role, repeats_heads, leaves_out_index = (chance.random() < 0.4 for _ in range(3))
        deltas: list[dict] = []
        for name, value in message.items():
            if name in TEXTS:
                deltas += [{name: piece} for piece in self.split(value, chance)]
            elif name == "tool_calls":
                queues = [self.fragments(c, i, chance, repeats_heads) for i, c in enumerate(value)]
                if leaves_out_index and all(len(queue) == 1 for queue in queues):
                    for queue in queues:
                        queue[0].pop("index")
                elif chance.random() < 0.5:
                    # The fragments of the calls take turns.
                    queues = [interleaved(queues, chance)]
                deltas += [{"tool_calls": [fragment]} for queue in queues for fragment in queue]
            elif name == "reasoning_details":
                deltas += [{name: [entry]} for entry in self.details(value, chance)]
            elif name == "audio":
                deltas += [{name: {"id": value["id"]} | piece} for piece in self.sound(value, chance)]
            else:
                deltas += [{name: [entry]} for entry in value]
        if repeats_role:
            return [{"role": "assistant"} | delta for delta in deltas]
        return [{"role": "assistant", "content": None if "content" not in message else ""}, *deltas]

    def split(self, text: str, chance: random.Random) -> list[str]:
        count = chance.randint(1, min(self.most, len(text)))
        places = sorted(chance.sample(range(1, len(text)), count - 1)) if count > 1 else []
        return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]

    def fragments(self, whole: dict, index: int, chance: random.Random, repeats: bool) -> list[dict]:
        kind, text = (("custom", "input"), ("function", "arguments"))[whole["type"] == "function"]
        head = {"index": index, "id": whole["id"], "type": whole["type"]}
        name = {"name": whole[kind]["name"]}
        pieces = self.split(whole[kind][text], chance)
        if repeats:
            return [head | {kind: name | {text: piece}} for piece in pieces]
        if chance.random() < 0.5:
            pieces = ["", *pieces]
        rest = [{"index": index, kind: {text: piece}} for piece in pieces[1:]]
        return [head | {kind: name | {text: pieces[0]}}, *rest]

    def details(self, entries: list[dict], chance: random.Random):
        for index, entry in enumerate(entries):
            same = {"index": index, "type": entry["type"], "format": entry["format"]}
            if "text" not in entry:
                yield same | entry
                continue
            yield from (same | {"text": piece} for piece in self.split(entry["text"], chance))
            yield same | {"signature": entry["signature"]}

    def sound(self, whole: dict, chance: random.Random):
        yield from ({"transcript": piece} for piece in self.split(whole["transcript"], chance))
        yield from ({"data": piece} for piece in self.split(whole["data"], chance))
        yield {"expires_at": whole["expires_at"]}


def interleaved(queues: list[list[dict]], chance: random.Random) -> list[dict]:
    """The fragments of several calls in any order that keeps each call's own, and begins with the calls in theirs."""
    merged = [queue[0] for queue in queues]
    rest = [queue[1:] for queue in queues]
    while left := [queue for queue in rest if queue]:
        merged.append(chance.choice(left).pop(0))
    return merged
