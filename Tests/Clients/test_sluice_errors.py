"""What goes wrong at Sluice or behind it, as OpenAI's SDK raises it."""

import asyncio
import collections
import json
import time

import openai
import pytest

HELLO = [{"role": "user", "content": "hello"}]


@pytest.fixture
def client(sluice):
    with openai.OpenAI(base_url=sluice.base, api_key=sluice.key, max_retries=0) as client:
        yield client


@pytest.mark.parametrize("is_stream", [False, True])
def test_a_wrong_key_is_an_authentication_error(sluice, is_stream):
    with openai.OpenAI(base_url=sluice.base, api_key="wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as raised:
            client.chat.completions.create(model="default", messages=HELLO, stream=is_stream)
        assert raised.value.message
        with pytest.raises(openai.AuthenticationError):
            client.models.list()


def test_an_unknown_model_is_not_found(client):
    for ask in (
        lambda: client.chat.completions.create(model="nobody/nothing", messages=HELLO),
        lambda: client.chat.completions.create(model="nobody/nothing", messages=HELLO, stream=True),
        lambda: client.models.retrieve("nobody/nothing"),
    ):
        with pytest.raises(openai.NotFoundError) as raised:
            ask()
        assert raised.value.code == "model_not_found" and "nobody/nothing" in raised.value.message


@pytest.mark.parametrize(
    "wrong, parameter",
    [
        ({"messages": []}, "messages"),
        ({"temperature": 9}, "temperature"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"n": 3}, "n"),
        ({"messages": [{"role": "tool", "tool_call_id": "a", "content": "b"}]}, "messages"),
        ({"tools": [{"type": "function", "function": {"name": "no spaces"}}]}, "tools"),
    ],
)
@pytest.mark.parametrize("is_stream", [False, True])
def test_a_wrong_parameter_is_a_bad_request_that_names_it(client, wrong, parameter, is_stream):
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(**{"model": "default", "messages": HELLO, "stream": is_stream} | wrong)
    assert raised.value.type == "invalid_request_error"
    assert raised.value.param and raised.value.param.startswith(parameter)


async def test_too_much_is_a_rate_limit_error_that_says_when_to_come_again(sluice):
    async with openai.AsyncOpenAI(
        base_url=sluice.limited_base, api_key=sluice.key, max_retries=0
    ) as client:
        answers = await asyncio.gather(
            *(client.chat.completions.create(model="default", messages=HELLO) for _ in range(20)),
            return_exceptions=True,
        )
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert refused, "all of twenty were let through at once"
    for error in refused:
        assert isinstance(error, openai.RateLimitError)
        assert error.code == "rate_limit_exceeded"
        assert int(error.response.headers["retry-after"]) >= 1


async def test_the_sdk_comes_again_when_it_was_told_to_and_gets_its_answer(sluice):
    attempts = collections.defaultdict(list)

    async def note(response):
        # The SDK names no request; its content does.
        attempts[response.request.content].append((time.monotonic(), response))

    http_client = openai.DefaultAsyncHttpxClient(event_hooks={"response": [note]})
    async with openai.AsyncOpenAI(
        base_url=sluice.limited_base, api_key=sluice.key, max_retries=10, http_client=http_client
    ) as client:
        answers = await asyncio.gather(
            *(
                client.chat.completions.create(
                    model="default", messages=[{"role": "user", "content": f"patience {number}"}]
                )
                for number in range(3)
            )
        )
    assert [f"patience {n}" in answers[n].choices[0].message.content for n in range(3)] == [True] * 3
    waits = [
        (later - earlier, float(response.headers["retry-after"]))
        for tries in attempts.values()
        for (earlier, response), (later, _) in zip(tries, tries[1:])
        if response.status_code == 429
    ]
    assert waits, "nobody had to wait"
    # It may be later than that and never earlier.
    assert all(waited >= told for waited, told in waits), waits


@pytest.mark.parametrize("is_stream", [False, True])
def test_a_provider_that_is_down_is_not_seen(client, simulator, is_stream):
    simulator.script({"status": 503}, provider="gemini", times=1)
    raw = client.chat.completions.with_raw_response.create(
        model="default", messages=HELLO, stream=is_stream
    )
    assert raw.headers["x-sluice-provider"] == "groq"
    answer = raw.parse()
    text = (
        "".join(chunk.choices[0].delta.content or "" for chunk in answer if chunk.choices)
        if is_stream
        else answer.choices[0].message.content
    )
    assert "hello" in text


def test_a_stream_that_breaks_behind_sluice_is_raised(client, simulator):
    simulator.script({"cut_after_events": 4}, provider="groq")
    said = []
    with pytest.raises(openai.APIError):
        # A model of its own, so that its circuit is no other test's.
        for chunk in client.chat.completions.create(
            model="groq/a-model-that-breaks", messages=HELLO, stream=True
        ):
            said += chunk.choices
    assert said, "what had come was passed on"
    assert not [choice for choice in said if choice.finish_reason]


def test_a_request_that_every_provider_refuses_is_a_bad_request(client, simulator):
    simulator.script({"status": 400})
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="groq/a-model-that-refuses", messages=HELLO)
    assert "reduce the length" in raised.value.message
    assert raised.value.code == "context_length_exceeded" and raised.value.param == "messages"


@pytest.mark.parametrize("is_stream", [False, True])
def test_a_prompt_that_a_filter_refuses_is_a_bad_request_with_its_reason(client, simulator, is_stream):
    words = "The response was filtered due to the prompt triggering the content management policy."
    error = {"message": words, "type": None, "param": "prompt", "code": "content_filter", "status": 400}
    simulator.script({"status": 400, "raw_body": json.dumps({"error": error})})
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(
            model="groq/a-model-that-filters", messages=HELLO, stream=is_stream
        )
    assert raised.value.code == "content_filter" and words in raised.value.message


OVERFLOWS = [
    {
        "message": "This model's maximum context length is 128000 tokens.",
        "type": "invalid_request_error",
        "param": "messages",
        "code": "context_length_exceeded",
    },
    # As vLLM says it, without a name.
    {"message": "This model's maximum context length is 4096 tokens.", "type": "BadRequestError", "code": 400},
]


@pytest.mark.parametrize("error", OVERFLOWS)
@pytest.mark.parametrize("is_stream", [False, True])
def test_langchain_knows_a_context_that_is_too_long(sluice, simulator, error, is_stream):
    exceptions = pytest.importorskip("langchain_core.exceptions")
    langchain = pytest.importorskip("langchain_openai")
    simulator.script({"status": 400, "raw_body": json.dumps({"error": error})})
    chat = langchain.ChatOpenAI(
        model="groq/a-model-that-overflows", base_url=sluice.base, api_key=sluice.key, max_retries=0
    )
    with pytest.raises(exceptions.ContextOverflowError) as raised:
        list(chat.stream("too long")) if is_stream else chat.invoke("too long")
    assert error["message"] in str(raised.value)
