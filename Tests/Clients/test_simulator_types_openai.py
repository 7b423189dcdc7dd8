"""What the simulator says as OpenAI, Groq and OpenRouter, judged by OpenAI's SDK."""

import json

import httpx2
import jsonschema
import openai
import pytest
from openai.types import CreateEmbeddingResponse
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from samples import PNG, PNG_URL, TOOLS, WEATHER, Person
from strict import server_sent_data, strict, undeclared

HELLO = [{"role": "user", "content": "what is a sluice?"}]


@pytest.fixture
def client(simulator):
    with openai.OpenAI(base_url=simulator.openai, api_key="key", max_retries=0) as client:
        yield client


def post(url: str, **body) -> str:
    headers = {"Authorization": "Bearer key"}
    return httpx2.post(url, json={"model": "m", **body}, headers=headers, timeout=30).text


def chat(base: str, **more) -> str:
    return post(f"{base}/chat/completions", messages=HELLO, **more)


# What is asked, and the reason for which the answer ends.
QUESTIONS = [
    ({}, "stop"),
    ({"max_completion_tokens": 3}, "length"),
    ({"logprobs": True, "top_logprobs": 2}, "stop"),
    ({"tools": TOOLS, "tool_choice": "required"}, "tool_calls"),
    ({"tools": TOOLS}, "stop"),
]


@pytest.mark.parametrize("more, finish", QUESTIONS)
def test_an_answer_is_a_chat_completion_to_the_letter(simulator, more, finish):
    answer = strict(ChatCompletion, chat(simulator.openai, **more))
    assert answer.choices[0].finish_reason == finish
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


@pytest.mark.parametrize("more, finish", QUESTIONS)
def test_every_chunk_is_a_chat_completion_chunk_to_the_letter(simulator, more, finish):
    text = chat(simulator.openai, stream=True, stream_options={"include_usage": True}, **more)
    data = server_sent_data(text)
    assert data[-1] == "[DONE]"
    chunks = [strict(ChatCompletionChunk, text) for text in data[:-1]]
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens > 0
    assert [c.choices[0].finish_reason for c in chunks[:-1] if c.choices[0].finish_reason] == [finish]
    assert all(chunk.usage is None for chunk in chunks[:-1])


@pytest.mark.parametrize("provider", ["groq", "openrouter"])
@pytest.mark.parametrize("more, finish", [q for q in QUESTIONS if "logprobs" not in q[0]])
def test_what_groq_and_openrouter_add_is_all_that_they_add(simulator, provider, more, finish):
    base = getattr(simulator, provider)
    known = {".x_groq", ".provider", ".service_tier"}
    times = {".usage.queue_time", ".usage.prompt_time", ".usage.completion_time", ".usage.total_time"}
    answer = ChatCompletion.model_validate_json(chat(base, **more), strict=True)
    assert set(undeclared(answer)) <= known | times
    assert answer.choices[0].finish_reason == finish
    data = server_sent_data(chat(base, stream=True, **more))
    chunks = [ChatCompletionChunk.model_validate_json(text, strict=True) for text in data[:-1]]
    assert all(set(undeclared(chunk)) <= known for chunk in chunks)


def test_the_sdk_puts_a_stream_together(client):
    whole = client.chat.completions.create(model="gpt-4o", messages=HELLO)
    with client.chat.completions.stream(model="gpt-4o", messages=HELLO) as stream:
        text = "".join(event.delta for event in stream if event.type == "content.delta")
        final = stream.get_final_completion()
    assert text == final.choices[0].message.content == whole.choices[0].message.content


def test_the_sdk_puts_parallel_calls_together(client):
    messages = [{"role": "user", "content": "get_weather and get_time"}]
    with client.chat.completions.stream(model="gpt-4o", messages=messages, tools=TOOLS) as stream:
        stream.until_done()
        message = stream.get_final_completion().choices[0].message
    assert [call.function.name for call in message.tool_calls] == ["get_weather", "get_time"]
    for call in message.tool_calls:
        jsonschema.validate(json.loads(call.function.arguments), WEATHER)


def test_calls_and_their_results_go_round(client):
    messages = [{"role": "user", "content": "get_weather and get_time"}]
    asked = client.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS).choices[0].message
    messages.append(asked.model_dump(exclude_none=True))
    for call, result in zip(asked.tool_calls, ["sunny, 21 degrees", "a quarter past nine"], strict=True):
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    told = client.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS).choices[0].message
    assert "sunny, 21 degrees" in told.content and "a quarter past nine" in told.content


def test_an_answer_parses_into_a_pydantic_model(client):
    answer = client.chat.completions.parse(model="gpt-4o", messages=HELLO, response_format=Person)
    assert isinstance(answer.choices[0].message.parsed, Person)


def test_an_image_arrives(client):
    content = [{"type": "text", "text": "what is it?"}, {"type": "image_url", "image_url": {"url": PNG_URL}}]
    answer = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": content}])
    assert f"1 image: image/png of {len(PNG)} bytes" in answer.choices[0].message.content


def test_embeddings_are_the_same_in_both_encodings(client, simulator):
    strict(CreateEmbeddingResponse, post(f"{simulator.openai}/embeddings", input=["a", "b"]))
    # The SDK asks for Base64 unless told otherwise.
    packed = client.embeddings.create(model="text-embedding-3-small", input=["a", "b"], dimensions=8)
    plain = client.embeddings.create(
        model="text-embedding-3-small", input=["a", "b"], dimensions=8, encoding_format="float"
    )
    for one, other in zip(packed.data, plain.data, strict=True):
        assert len(one.embedding) == 8
        assert one.embedding == pytest.approx(other.embedding)


@pytest.mark.parametrize(
    "status, error",
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (403, openai.PermissionDeniedError),
        (404, openai.NotFoundError),
        (422, openai.UnprocessableEntityError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
def test_errors_are_the_sdks_own(client, simulator, status, error):
    simulator.script({"status": status, "retry_after": 3})
    with pytest.raises(error) as raised:
        client.chat.completions.create(model="gpt-4o", messages=HELLO)
    assert raised.value.type and raised.value.message
    assert raised.value.response.headers["retry-after"] == "3"


def test_a_wrong_key_is_an_authentication_error(simulator):
    with openai.OpenAI(base_url=simulator.openai, api_key="wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as raised:
            client.chat.completions.create(model="gpt-4o", messages=HELLO)
    assert raised.value.code == "invalid_api_key"


def test_an_error_in_a_stream_is_raised(client, simulator):
    simulator.script({"body": "error_200", "status": 503})
    with pytest.raises(openai.APIError):
        list(client.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True))


def test_a_stream_that_is_cut_is_raised(client, simulator):
    simulator.script({"cut_after_events": 2})
    with pytest.raises(openai.APIConnectionError):
        list(client.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True))
