"""Sluice's /v1 through LiteLLM, as a program that talks to every provider by it would."""

import json

import jsonschema
import litellm
import pytest

from samples import PNG, PNG_URL, TOOLS, WEATHER, Person
from sluice import DIALECTS, EMBEDDING_MODELS


def user(content) -> list[dict]:
    return [{"role": "user", "content": content}]


@pytest.fixture
def ask(sluice):
    """LiteLLM's arguments for a question to Sluice; `openai/` tells it the dialect and is not sent."""

    def arguments(messages, model="default", **more):
        return {
            "model": f"openai/{model}",
            "api_base": sluice.base,
            "api_key": sluice.key,
            "messages": messages,
            "max_retries": 0,
            **more,
        }

    return arguments


def test_an_answer_arrives(ask):
    answer = litellm.completion(**ask(user("what is a sluice?")))
    assert "what is a sluice?" in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens > 0


async def test_an_answer_arrives_without_blocking(ask):
    answer = await litellm.acompletion(**ask(user("what is a sluice?")))
    assert "what is a sluice?" in answer.choices[0].message.content


def test_a_stream_is_put_together(ask):
    question = ask(user("a stream"), stream=True, stream_options={"include_usage": True})
    chunks = list(litellm.completion(**question))
    whole = litellm.stream_chunk_builder(chunks, messages=question["messages"])
    assert "a stream" in whole.choices[0].message.content
    assert whole.choices[0].finish_reason == "stop"
    assert whole.usage.total_tokens > 0


async def test_a_stream_comes_without_blocking(ask):
    stream = await litellm.acompletion(**ask(user("a stream"), stream=True))
    text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])
    assert "a stream" in text


@pytest.mark.parametrize("is_stream", [False, True])
def test_parallel_calls_and_their_results_go_round(ask, is_stream):
    messages = user("get_weather and get_time")

    def message():
        answer = litellm.completion(**ask(messages, tools=TOOLS, stream=is_stream))
        if is_stream:
            answer = litellm.stream_chunk_builder(list(answer), messages=messages)
        return answer.choices[0].message

    asked = message()
    assert [call.function.name for call in asked.tool_calls] == ["get_weather", "get_time"]
    for call in asked.tool_calls:
        jsonschema.validate(json.loads(call.function.arguments), WEATHER)
    messages.append(asked.model_dump(include={"role", "content", "tool_calls"}))
    for call, result in zip(asked.tool_calls, ["sunny, 21 degrees", "a quarter past nine"], strict=True):
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    told = message().content
    assert "sunny, 21 degrees" in told and "a quarter past nine" in told


def test_an_answer_fits_a_pydantic_model(ask):
    answer = litellm.completion(**ask(user("a person"), response_format=Person))
    assert Person.model_validate_json(answer.choices[0].message.content)


def test_an_image_arrives(ask):
    content = [{"type": "text", "text": "what is it?"}, {"type": "image_url", "image_url": {"url": PNG_URL}}]
    answer = litellm.completion(**ask(user(content)))
    assert f"1 image: image/png of {len(PNG)} bytes" in answer.choices[0].message.content


@pytest.mark.parametrize("model", EMBEDDING_MODELS)
def test_embeddings_arrive(sluice, model):
    answer = litellm.embedding(
        model=f"openai/{model}", input=["a", "b"], api_base=sluice.base, api_key=sluice.key
    )
    assert [len(entry["embedding"]) for entry in answer.data] == [16, 16]


def test_errors_are_the_clients_own(ask):
    with pytest.raises(litellm.AuthenticationError):
        litellm.completion(**ask(user("hello")) | {"api_key": "wrong"})
    with pytest.raises(litellm.NotFoundError):
        litellm.completion(**ask(user("hello"), model="nobody/nothing"))
    with pytest.raises(litellm.BadRequestError):
        litellm.completion(**ask([]))


# MARK: In other vendors' words


@pytest.fixture(params=["anthropic", "gemini", "openai/responses"])
def speak(request, sluice):
    """LiteLLM's arguments for a question in a dialect; what stands before the model tells it which and is not sent."""
    bases = {"anthropic": sluice.url, "gemini": f"{sluice.url}/v1beta", "openai/responses": sluice.base}

    def arguments(messages, model, **more):
        base = bases[request.param]
        named = f"{request.param}/{model}"
        return {"model": named, "api_base": base, "api_key": sluice.key, "messages": messages, "max_retries": 0, **more}

    return arguments


@pytest.mark.parametrize("model", DIALECTS.values(), ids=DIALECTS)
def test_a_text_and_a_stream_in_another_dialect(speak, model):
    answer = litellm.completion(**speak(user("what is a sluice?"), model))
    text = answer.choices[0].message.content
    assert "what is a sluice?" in text and answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens > 0
    question = speak(user("what is a sluice?"), model, stream=True)
    whole = litellm.stream_chunk_builder(list(litellm.completion(**question)), messages=question["messages"])
    assert whole.choices[0].message.content == text


@pytest.mark.parametrize("model", DIALECTS.values(), ids=DIALECTS)
def test_calls_and_results_in_another_dialect(speak, model):
    messages = user("get_weather and get_time")
    asked = litellm.completion(**speak(messages, model, tools=TOOLS)).choices[0].message
    assert [call.function.name for call in asked.tool_calls] == ["get_weather", "get_time"]
    messages.append(asked.model_dump(include={"role", "content", "tool_calls"}))
    for call, result in zip(asked.tool_calls, ["sunny", "a quarter past nine"], strict=True):
        messages.append({"role": "tool", "tool_call_id": call.id, "name": call.function.name, "content": result})
    told = litellm.completion(**speak(messages, model, tools=TOOLS)).choices[0].message.content
    assert "sunny" in told and "a quarter past nine" in told
