"""Sluice's /v1 through OpenAI's own SDK."""

import asyncio
import json

import httpx2
import jsonschema
import openai
import pytest
from openai.types import Completion, CreateEmbeddingResponse, Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from samples import PNG, PNG_URL, TOOLS, WEATHER, Person
from sluice import EMBEDDING_MODELS, MODELS
from strict import server_sent_data, strict


# What providers say beyond OpenAI's form goes through as they say it.
ADDED = {
    "groq": frozenset(f".usage.{name}_time" for name in ("queue", "prompt", "completion", "total")),
    "openrouter": frozenset([".provider"]),
}


def added(model: str) -> frozenset[str]:
    return ADDED.get(model.split("/")[0], frozenset())


def user(content) -> list[dict]:
    return [{"role": "user", "content": content}]


@pytest.fixture
def client(sluice):
    with openai.OpenAI(base_url=sluice.base, api_key=sluice.key, max_retries=0) as client:
        yield client


@pytest.fixture
async def async_client(sluice):
    async with openai.AsyncOpenAI(base_url=sluice.base, api_key=sluice.key, max_retries=0) as client:
        yield client


def post(sluice, path: str, **body) -> str:
    headers = {"Authorization": f"Bearer {sluice.key}"}
    return httpx2.post(f"{sluice.base}/{path}", json=body, headers=headers, timeout=30).text


# MARK: Text


@pytest.mark.parametrize("model", MODELS)
def test_an_answer_is_a_chat_completion_to_the_letter(sluice, model):
    text = post(sluice, "chat/completions", model=model, messages=user("the letter"))
    answer = strict(ChatCompletion, text, added(model))
    assert "the letter" in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


@pytest.mark.parametrize("model", MODELS)
def test_every_chunk_is_a_chat_completion_chunk_to_the_letter(sluice, model):
    text = post(
        sluice,
        "chat/completions",
        model=model,
        messages=user("every chunk"),
        stream=True,
        stream_options={"include_usage": True},
    )
    data = server_sent_data(text)
    assert data[-1] == "[DONE]"
    chunks = [strict(ChatCompletionChunk, text, added(model)) for text in data[:-1]]
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens > 0
    assert [c.choices[0].finish_reason for c in chunks[:-1] if c.choices[0].finish_reason] == ["stop"]
    assert "every chunk" in "".join(c.choices[0].delta.content or "" for c in chunks[:-1])


def test_a_stream_tells_no_usage_unasked(client):
    chunks = list(client.chat.completions.create(model="default", messages=user("unasked"), stream=True))
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)


def test_headers_tell_who_answered(client):
    for provider in ("gemini", "groq", "openrouter"):
        model = next(name for name in MODELS if name.startswith(f"{provider}/"))
        raw = client.chat.completions.with_raw_response.create(model=model, messages=user("who?"))
        assert raw.headers["x-sluice-provider"] == provider
        assert raw.headers["x-sluice-job"]
        assert raw.headers["x-request-id"]
        assert raw.parse().choices[0].message.content


def test_what_clients_send_besides_is_taken(client):
    answer = client.chat.completions.create(
        model="default",
        messages=[{"role": "developer", "content": "Be brief."}, *user("why?")],
        max_completion_tokens=4,
        temperature=0.2,
        top_p=0.9,
        seed=7,
        stop=["never said"],
        n=1,
        user="someone",
        metadata={"project": "mill"},
    )
    assert answer.choices[0].finish_reason == "length"
    assert len(answer.choices[0].message.content) == 16


@pytest.mark.parametrize("model", MODELS)
async def test_streams_work_without_blocking(async_client, model):
    stream = await async_client.chat.completions.create(model=model, messages=user("softly"), stream=True)
    text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])
    whole = await async_client.chat.completions.create(model=model, messages=user("softly"))
    assert text == whole.choices[0].message.content


async def test_twenty_streams_at_once_do_not_mix(async_client):
    async def ask(number: int) -> str:
        async with async_client.chat.completions.stream(
            model="default", messages=user(f"question number {number};")
        ) as stream:
            final = await stream.get_final_completion()
        return final.choices[0].message.content

    answers = await asyncio.gather(*(ask(number) for number in range(20)))
    for number, answer in enumerate(answers):
        assert f"question number {number};" in answer


# MARK: Tools


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("is_stream", [False, True])
def test_parallel_calls_and_their_results_go_round(client, model, is_stream):
    messages = user("get_weather and get_time")

    def ask():
        if not is_stream:
            return client.chat.completions.create(model=model, messages=messages, tools=TOOLS).choices[0]
        with client.chat.completions.stream(model=model, messages=messages, tools=TOOLS) as stream:
            stream.until_done()
            return stream.get_final_completion().choices[0]

    asked = ask()
    assert asked.finish_reason == "tool_calls"
    calls = asked.message.tool_calls
    assert [call.function.name for call in calls] == ["get_weather", "get_time"]
    assert len({call.id for call in calls}) == 2
    for call in calls:
        jsonschema.validate(json.loads(call.function.arguments), WEATHER)
    messages.append(
        {
            "role": "assistant",
            "content": asked.message.content,
            "tool_calls": [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.function.name, "arguments": call.function.arguments},
                }
                for call in calls
            ],
        }
    )
    for call, result in zip(calls, ["sunny, 21 degrees", "a quarter past nine"], strict=True):
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    told = ask()
    assert told.finish_reason == "stop"
    assert "sunny, 21 degrees" in told.message.content and "a quarter past nine" in told.message.content


@pytest.mark.parametrize("model", MODELS)
def test_a_call_can_be_forced_and_forbidden(client, model):
    def calls(prompt, choice):
        answer = client.chat.completions.create(
            model=model, messages=user(prompt), tools=TOOLS, tool_choice=choice
        )
        return [call.function.name for call in answer.choices[0].message.tool_calls or []]

    assert calls("hello", {"type": "function", "function": {"name": "get_time"}}) == ["get_time"]
    assert calls("hello", "required") == ["get_weather"]
    assert calls("get_time", "none") == []
    assert calls("hello", "auto") == []


# MARK: Structured output, images, embeddings


@pytest.mark.parametrize("model", MODELS)
def test_an_answer_parses_into_a_pydantic_model(client, model):
    answer = client.chat.completions.parse(model=model, messages=user("a person"), response_format=Person)
    assert isinstance(answer.choices[0].message.parsed, Person)


def test_an_answer_parses_by_the_older_name(client):
    answer = client.beta.chat.completions.parse(
        model="default", messages=user("a person"), response_format=Person
    )
    assert isinstance(answer.choices[0].message.parsed, Person)


@pytest.mark.parametrize("model", MODELS)
def test_an_answer_can_be_any_json(client, model):
    answer = client.chat.completions.create(
        model=model, messages=user("in json, please"), response_format={"type": "json_object"}
    )
    assert isinstance(json.loads(answer.choices[0].message.content), dict)


@pytest.mark.parametrize("model", MODELS)
def test_images_arrive(client, model):
    content = [
        {"type": "text", "text": "what is it?"},
        {"type": "image_url", "image_url": {"url": PNG_URL, "detail": "low"}},
    ]
    answer = client.chat.completions.create(model=model, messages=user(content))
    assert f"1 image: image/png of {len(PNG)} bytes" in answer.choices[0].message.content


@pytest.mark.parametrize("model", EMBEDDING_MODELS)
def test_embeddings_are_the_same_in_both_encodings(client, sluice, model):
    strict(CreateEmbeddingResponse, post(sluice, "embeddings", model=model, input="a"))
    # The SDK asks for Base64 unless told otherwise.
    packed = client.embeddings.create(model=model, input=["a", "b"], dimensions=8)
    plain = client.embeddings.create(model=model, input=["a", "b"], dimensions=8, encoding_format="float")
    assert packed.usage.prompt_tokens > 0
    assert [entry.index for entry in packed.data] == [0, 1]
    for one, other in zip(packed.data, plain.data, strict=True):
        assert len(one.embedding) == 8
        assert one.embedding == pytest.approx(other.embedding)
    assert packed.data[0].embedding != packed.data[1].embedding


# MARK: Models


def test_models_are_listed_and_found_one_by_one(client):
    listed = client.models.list()
    names = [model.id for model in listed]
    assert "default" in names and len(names) == len(set(names))
    for name in names:
        found = client.models.retrieve(name)
        assert isinstance(found, Model) and found.id == name and found.object == "model"
        assert found.created > 0 and found.owned_by


# MARK: Completions of texts


@pytest.mark.parametrize("model", MODELS)
def test_a_text_that_goes_on_is_a_completion_to_the_letter(sluice, client, model):
    text = post(sluice, "completions", model=model, prompt=["the letter", "the envelope"], echo=True)
    answer = strict(Completion, text, added(model))
    assert [choice.index for choice in answer.choices] == [0, 1]
    assert answer.choices[1].text.startswith("the envelope")
    assert [choice.finish_reason for choice in answer.choices] == ["stop", "stop"]
    chunks = list(client.completions.create(model=model, prompt="the letter", stream=True))
    streamed = "".join(choice.text for chunk in chunks for choice in chunk.choices)
    assert "the letter" + streamed == answer.choices[0].text


def test_what_a_chat_would_lose_is_refused_with_its_name(client):
    with pytest.raises(openai.BadRequestError) as refusal:
        client.completions.create(model="default", prompt="Once", suffix="the end")
    assert refusal.value.param == "suffix"


def test_moderations_without_a_route_say_what_is_missing(client):
    with pytest.raises(openai.NotFoundError, match="moderation"):
        client.moderations.create(input="Hello")
