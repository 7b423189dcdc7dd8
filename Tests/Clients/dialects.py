"""The four dialects in which clients ask, each by its vendor's own SDK, with one face for tests of all of them."""

import base64
import json
from dataclasses import dataclass, field

import anthropic
import openai
from google import genai
from google.genai import types

from samples import PNG, PNG_URL, WEATHER, Person
from sluice import Sluice

TOOL_NAMES = ("get_weather", "get_time")
LIMIT = 8000


@dataclass
class Told:
    """What an SDK makes of an answer."""

    text: str
    # The name and the arguments of each.
    calls: list[tuple[str, dict]]
    # Why it ended, in the dialect's own word.
    end: str
    # Whether the client is told that its model thought.
    has_thoughts: bool
    tokens: int

    @property
    def said(self):
        return (self.text, self.calls, self.end, self.has_thoughts)


@dataclass
class Wishes:
    """What a question asks for besides a text."""

    tools: bool = False
    thinking: bool = False
    schema: bool = False


@dataclass
class Talk:
    """A conversation as a client of one dialect keeps it. Each question goes to a model of its own."""

    sluice: Sluice
    history: list = field(default_factory=list)

    def say(self, text: str, image: bool = False) -> None:
        raise NotImplementedError

    def answer(self, results: list[str]) -> None:
        """Tells what the calls of the last answer brought."""
        raise NotImplementedError

    def ask(self, model: str, wishes: Wishes = Wishes(), stream: bool = False) -> Told:
        """Asks, and keeps the answer."""
        raise NotImplementedError


def person_schema() -> dict:
    return Person.model_json_schema()


class ChatTalk(Talk):
    word = "chat"

    @property
    def client(self):
        return openai.OpenAI(base_url=self.sluice.base, api_key=self.sluice.key, max_retries=0)

    def say(self, text, image=False):
        image_part = {"type": "image_url", "image_url": {"url": PNG_URL}}
        content = [{"type": "text", "text": text}, image_part] if image else text
        self.history.append({"role": "user", "content": content})

    def answer(self, results):
        for call, result in zip(self.history[-1]["tool_calls"], results, strict=True):
            self.history.append({"role": "tool", "tool_call_id": call["id"], "content": result})

    def ask(self, model, wishes=Wishes(), stream=False):
        asked = {"model": model, "messages": self.history, "max_completion_tokens": LIMIT}
        if wishes.tools:
            asked["tools"] = [
                {"type": "function", "function": {"name": name, "parameters": WEATHER}} for name in TOOL_NAMES
            ]
        if wishes.thinking:
            asked["reasoning_effort"] = "high"
        if wishes.schema:
            schema = {"name": "person", "schema": person_schema()}
            asked["response_format"] = {"type": "json_schema", "json_schema": schema}
        if stream:
            with self.client.chat.completions.stream(**asked, stream_options={"include_usage": True}) as told:
                told.until_done()
                try:
                    answer = told.get_final_completion()
                except openai.ContentFilterFinishReasonError:
                    # With which the SDK says the same.
                    answer = told.current_completion_snapshot
        else:
            answer = self.client.chat.completions.create(**asked)
        message = answer.choices[0].message
        kept = {
            name: value
            for name, value in message.model_dump(exclude_none=True).items()
            if name not in ("parsed", "refusal")
        }
        for call in kept.get("tool_calls", []):
            call["function"].pop("parsed_arguments", None)
            call.pop("index", None)
        self.history.append({"content": None} | kept)
        return Told(
            message.content or "",
            [(call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls or []],
            answer.choices[0].finish_reason,
            bool(kept.get("reasoning_content") or kept.get("reasoning")),
            answer.usage.completion_tokens,
        )


class ResponsesTalk(Talk):
    word = "responses"

    @property
    def client(self):
        return openai.OpenAI(base_url=self.sluice.base, api_key=self.sluice.key, max_retries=0)

    def say(self, text, image=False):
        image_part = {"type": "input_image", "image_url": PNG_URL, "detail": "auto"}
        content = [{"type": "input_text", "text": text}, image_part] if image else text
        self.history.append({"role": "user", "content": content})

    def answer(self, results):
        calls = [item for item in self.last if item["type"] == "function_call"]
        for call, result in zip(calls, results, strict=True):
            self.history.append({"type": "function_call_output", "call_id": call["call_id"], "output": result})

    def ask(self, model, wishes=Wishes(), stream=False):
        asked = {"model": model, "input": self.history, "store": False, "max_output_tokens": LIMIT}
        asked["include"] = ["reasoning.encrypted_content"]
        if wishes.tools:
            asked["tools"] = [
                {"type": "function", "name": name, "parameters": WEATHER, "strict": False} for name in TOOL_NAMES
            ]
        if wishes.thinking:
            asked["reasoning"] = {"effort": "high", "summary": "auto"}
        if wishes.schema:
            asked["text"] = {"format": {"type": "json_schema", "name": "person", "schema": person_schema()}}
        if stream:
            answer = None
            for event in self.client.responses.create(**asked, stream=True):
                if event.type in ("response.completed", "response.incomplete", "response.failed"):
                    answer = event.response
            assert answer is not None, "a stream ends with its response"
        else:
            answer = self.client.responses.create(**asked)
        if answer.status == "failed":
            raise RuntimeError(answer.error.code)
        self.last = [item.model_dump(exclude_none=True) for item in answer.output]
        for item in self.last:
            item.pop("parsed_arguments", None)
        self.history += self.last
        end = answer.incomplete_details.reason if answer.incomplete_details else answer.status
        return Told(
            answer.output_text,
            [(item.name, json.loads(item.arguments)) for item in answer.output if item.type == "function_call"],
            end,
            any(item.type == "reasoning" and item.summary for item in answer.output),
            answer.usage.output_tokens,
        )


class MessagesTalk(Talk):
    word = "messages"

    @property
    def client(self):
        return anthropic.Anthropic(base_url=self.sluice.url, api_key=self.sluice.key, max_retries=0)

    def say(self, text, image=False):
        source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(PNG).decode()}
        content = [{"type": "text", "text": text}, {"type": "image", "source": source}] if image else text
        self.history.append({"role": "user", "content": content})

    def answer(self, results):
        uses = [block for block in self.history[-1]["content"] if block["type"] == "tool_use"]
        content = [
            {"type": "tool_result", "tool_use_id": use["id"], "content": result}
            for use, result in zip(uses, results, strict=True)
        ]
        self.history.append({"role": "user", "content": content})

    def ask(self, model, wishes=Wishes(), stream=False):
        asked = {"model": model, "messages": self.history, "max_tokens": LIMIT}
        if wishes.tools:
            asked["tools"] = [{"name": name, "input_schema": WEATHER} for name in TOOL_NAMES]
        if wishes.thinking:
            asked["thinking"] = {"type": "enabled", "budget_tokens": 2048}
        if wishes.schema:
            asked["output_config"] = {"format": {"type": "json_schema", "schema": person_schema()}}
        if stream:
            with self.client.messages.stream(**asked) as told:
                answer = told.get_final_message()
        else:
            answer = self.client.messages.create(**asked)
        names = ("id", "type", "text", "thinking", "signature", "data", "name", "input")
        blocks = [block.model_dump(exclude_none=True) for block in answer.content]
        kept = [{name: block[name] for name in names if name in block} for block in blocks]
        if kept:
            self.history.append({"role": "assistant", "content": kept})
        return Told(
            "".join(block.text for block in answer.content if block.type == "text"),
            [(block.name, block.input) for block in answer.content if block.type == "tool_use"],
            answer.stop_reason,
            any(block.type == "thinking" and block.thinking for block in answer.content),
            answer.usage.output_tokens,
        )


class GeminiTalk(Talk):
    word = "gemini"

    @property
    def client(self):
        options = types.HttpOptions(base_url=self.sluice.url)
        return genai.Client(api_key=self.sluice.key, http_options=options)

    def say(self, text, image=False):
        parts = [types.Part(text=text)] + [types.Part.from_bytes(data=PNG, mime_type="image/png")] * image
        self.history.append(types.Content(role="user", parts=parts))

    def answer(self, results):
        calls = [part.function_call for part in self.history[-1].parts if part.function_call]
        parts = [
            types.Part(
                function_response=types.FunctionResponse(id=call.id, name=call.name, response={"output": result})
            )
            for call, result in zip(calls, results, strict=True)
        ]
        self.history.append(types.Content(role="user", parts=parts))

    def ask(self, model, wishes=Wishes(), stream=False):
        config = types.GenerateContentConfig(max_output_tokens=LIMIT)
        if wishes.tools:
            functions = [types.FunctionDeclaration(name=n, parameters_json_schema=WEATHER) for n in TOOL_NAMES]
            config.tools = [types.Tool(function_declarations=functions)]
        if wishes.thinking:
            config.thinking_config = types.ThinkingConfig(include_thoughts=True, thinking_budget=2048)
        if wishes.schema:
            config.response_mime_type = "application/json"
            config.response_json_schema = person_schema()
        client = self.client
        if stream:
            told = client.models.generate_content_stream(model=model, contents=self.history, config=config)
            chunks = list(told)
        else:
            chunks = [client.models.generate_content(model=model, contents=self.history, config=config)]
        candidates = [c for chunk in chunks for c in chunk.candidates or []]
        parts = [part for c in candidates if c.content for part in c.content.parts or []]
        if parts:
            self.history.append(types.Content(role="model", parts=parts))
        ends = [c.finish_reason.value for c in candidates if c.finish_reason]
        usage = chunks[-1].usage_metadata
        return Told(
            "".join(part.text for part in parts if part.text and not part.thought),
            [(part.function_call.name, part.function_call.args) for part in parts if part.function_call],
            ends[-1] if ends else chunks[-1].prompt_feedback.block_reason.value,
            any(part.thought and part.text for part in parts),
            (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0),
        )


TALKS = {talk.word: talk for talk in (ChatTalk, ResponsesTalk, MessagesTalk, GeminiTalk)}


def calls_in(word: str, body: dict) -> int:
    """How many calls a provider of a dialect was told of."""
    match word:
        case "chat":
            return sum(len(message.get("tool_calls") or []) for message in body["messages"])
        case "responses":
            return sum(item.get("type") == "function_call" for item in body["input"])
        case "messages":
            blocks = (b for m in body["messages"] if isinstance(m["content"], list) for b in m["content"])
            return sum(block["type"] == "tool_use" for block in blocks)
        case "gemini":
            return sum("functionCall" in part for content in body["contents"] for part in content["parts"])
    raise ValueError(word)
