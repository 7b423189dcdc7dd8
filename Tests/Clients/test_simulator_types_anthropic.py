"""What the simulator says as Anthropic, judged by Anthropic's SDK."""

import base64

import anthropic
import httpx2
import jsonschema
import pytest
from anthropic.types import Message, RawMessageStreamEvent
from pydantic import TypeAdapter

from samples import PNG, WEATHER, Person
from strict import server_sent_data, strict, undeclared

MODEL = "claude-sonnet-4-5"
TOOLS = [
    {"name": name, "description": f"Calls {name}.", "input_schema": WEATHER}
    for name in ("get_weather", "get_time")
]


def question(content) -> dict:
    return {"model": MODEL, "max_tokens": 1000, "messages": [{"role": "user", "content": content}]}


@pytest.fixture
def client(simulator):
    with anthropic.Anthropic(base_url=simulator.anthropic, api_key="key", max_retries=0) as client:
        yield client


def post(simulator, **body) -> str:
    headers = {"x-api-key": "key", "anthropic-version": "2023-06-01"}
    url = f"{simulator.anthropic}/v1/messages"
    return httpx2.post(url, json=body, headers=headers, timeout=30).text


# What is asked, and the reason for which the answer ends.
QUESTIONS = [
    (question("what is a sluice?"), "end_turn"),
    (question("what is a sluice?") | {"max_tokens": 3}, "max_tokens"),
    (question("STOP where I say") | {"stop_sequences": ["STOP"]}, "stop_sequence"),
    (question("get_weather and get_time") | {"tools": TOOLS}, "tool_use"),
]


@pytest.mark.parametrize("body, reason", QUESTIONS)
def test_an_answer_is_a_message_to_the_letter(simulator, body, reason):
    message = strict(Message, post(simulator, **body))
    assert message.stop_reason == reason
    assert message.usage.output_tokens > 0


@pytest.mark.parametrize("body, reason", QUESTIONS)
def test_every_event_is_one_to_the_letter(simulator, body, reason):
    data = server_sent_data(post(simulator, stream=True, **body))
    events = TypeAdapter(RawMessageStreamEvent)
    # The SDK knows no type for pings.
    told = [events.validate_json(text, strict=True) for text in data if '"ping"' not in text]
    assert not [name for event in told for name in undeclared(event)]
    assert [event.delta.stop_reason for event in told if event.type == "message_delta"] == [reason]
    assert told[0].type == "message_start" and told[-1].type == "message_stop"
    assert len(told) < len(data), "a ping was among them"


@pytest.mark.parametrize("body, reason", QUESTIONS)
def test_the_sdk_puts_a_stream_together(client, body, reason):
    whole = client.messages.create(**body)
    with client.messages.stream(**body) as stream:
        final = stream.get_final_message()
    assert final.stop_reason == whole.stop_reason == reason
    assert final.usage.output_tokens == whole.usage.output_tokens

    def said(message):
        names = ("type", "text", "input")
        return [[getattr(block, name, None) for name in names] for block in message.content]

    assert said(final) == said(whole)


async def test_the_sdk_streams_without_blocking(simulator):
    async with anthropic.AsyncAnthropic(base_url=simulator.anthropic, api_key="key", max_retries=0) as client:
        async with client.messages.stream(**question("what is a sluice?")) as stream:
            text = "".join([part async for part in stream.text_stream])
    assert "what is a sluice?" in text


def test_uses_and_their_results_go_round(client):
    body = question("get_weather and get_time") | {"tools": TOOLS}
    asked = client.messages.create(**body)
    uses = [block for block in asked.content if block.type == "tool_use"]
    assert [use.name for use in uses] == ["get_weather", "get_time"]
    for use in uses:
        jsonschema.validate(use.input, WEATHER)
    results = [
        {"type": "tool_result", "tool_use_id": use.id, "content": result}
        for use, result in zip(uses, ["sunny, 21 degrees", "a quarter past nine"], strict=True)
    ]
    body["messages"] += [
        {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in asked.content]},
        {"role": "user", "content": results},
    ]
    told = client.messages.create(**body).content[0].text
    assert "sunny, 21 degrees" in told and "a quarter past nine" in told


@pytest.mark.parametrize(
    "choice, name",
    [({"type": "any"}, "get_weather"), ({"type": "tool", "name": "get_time"}, "get_time")],
)
def test_a_use_can_be_forced(client, choice, name):
    answer = client.messages.create(**question("hello"), tools=TOOLS, tool_choice=choice)
    assert [block.name for block in answer.content] == [name]


def test_an_image_arrives(client):
    source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(PNG).decode()}
    content = [{"type": "image", "source": source}, {"type": "text", "text": "what is it?"}]
    answer = client.messages.create(**question(content))
    assert f"1 image: image/png of {len(PNG)} bytes" in answer.content[0].text


def test_an_answer_parses_into_a_pydantic_model(client):
    answer = client.messages.parse(**question("a person"), output_format=Person)
    assert isinstance(answer.parsed_output, Person)


def test_a_refusal_is_a_message(client, simulator):
    simulator.script({"blocked": True})
    assert client.messages.create(**question("something bad")).stop_reason == "refusal"
    with client.messages.stream(**question("something bad")) as stream:
        assert stream.get_final_message().stop_reason == "refusal"


@pytest.mark.parametrize(
    "status, error, name",
    [
        (400, anthropic.BadRequestError, "invalid_request_error"),
        (401, anthropic.AuthenticationError, "authentication_error"),
        (403, anthropic.PermissionDeniedError, "permission_error"),
        (404, anthropic.NotFoundError, "not_found_error"),
        (413, anthropic.APIStatusError, "request_too_large"),
        (429, anthropic.RateLimitError, "rate_limit_error"),
        (500, anthropic.InternalServerError, "api_error"),
        (529, anthropic.InternalServerError, "overloaded_error"),
    ],
)
def test_errors_are_the_sdks_own(client, simulator, status, error, name):
    simulator.script({"status": status, "retry_after": 3})
    with pytest.raises(error) as raised:
        client.messages.create(**question("hello"))
    assert raised.value.status_code == status
    assert raised.value.body["type"] == "error" and raised.value.body["error"]["type"] == name
    assert raised.value.response.headers["retry-after"] == "3"


def test_a_wrong_key_is_an_authentication_error(simulator):
    with anthropic.Anthropic(base_url=simulator.anthropic, api_key="wrong", max_retries=0) as client:
        with pytest.raises(anthropic.AuthenticationError):
            client.messages.create(**question("hello"))


def test_an_error_in_a_stream_is_raised(client, simulator):
    simulator.script({"body": "error_200", "status": 529})
    with pytest.raises(anthropic.APIStatusError):
        with client.messages.stream(**question("hello")) as stream:
            stream.get_final_message()


def test_a_stream_that_is_cut_is_raised(client, simulator):
    simulator.script({"cut_after_events": 4})
    with pytest.raises(httpx2.RemoteProtocolError):
        with client.messages.stream(**question("hello")) as stream:
            stream.get_final_message()
