"""Sluice's /v1/messages through Anthropic's own SDK."""

import base64

import anthropic
import pytest

from samples import PNG, WEATHER
from sluice import DIALECTS, MODELS

TOOL = {"name": "get_weather", "description": "Calls get_weather.", "input_schema": WEATHER}


def make_client(sluice, **options) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=sluice.url, max_retries=0, **({"api_key": sluice.key} | options))


@pytest.fixture
def client(sluice):
    with make_client(sluice) as client:
        yield client


def question(model: str, content) -> dict:
    return {"model": model, "max_tokens": 1000, "messages": [{"role": "user", "content": content}]}


@pytest.mark.parametrize("model", MODELS)
def test_an_answer_comes_whole_and_streamed(client, model):
    answer = client.messages.create(**question(model, "the letter"))
    assert "the letter" in answer.content[0].text
    assert answer.stop_reason == "end_turn"
    assert answer.usage.input_tokens > 0 and answer.usage.output_tokens > 0
    with client.messages.stream(**question(model, "the letter")) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert text == final.content[0].text == answer.content[0].text
    assert (final.stop_reason, final.usage.output_tokens) == ("end_turn", answer.usage.output_tokens)


@pytest.mark.parametrize("model", MODELS)
def test_a_tool_is_called_and_the_turn_goes_on(client, model):
    asked = question(model, "Weather in Oslo? Call get_weather.") | {"tools": [TOOL]}
    with client.messages.stream(**asked) as stream:
        answer = stream.get_final_message()
    assert answer.stop_reason == "tool_use"
    use = answer.content[-1]
    assert use.name == "get_weather" and use.input["city"]
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "blue skies"}
    asked["messages"] += [
        {"role": "assistant", "content": answer.content},
        {"role": "user", "content": [result]},
    ]
    assert "blue skies" in client.messages.create(**asked).content[-1].text


@pytest.mark.parametrize("model", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("is_stream", [False, True])
def test_the_sdks_tool_runner_comes_to_its_end(client, model, is_stream):
    asked = []

    @anthropic.beta_tool
    def get_weather(city: str) -> str:
        """The weather in a city.

        Args:
            city: Its name.
        """
        asked.append(city)
        return "blue skies"

    runner = client.beta.messages.tool_runner(
        **question(model, "Weather in Oslo? Call get_weather."), tools=[get_weather], stream=is_stream
    )
    last = runner.until_done()
    assert asked and "blue skies" in last.content[-1].text


@pytest.mark.parametrize("model", DIALECTS.values(), ids=DIALECTS)
def test_tokens_are_counted_for_each(client, model):
    messages = [{"role": "user", "content": "the letter " * 100}]
    raw = client.messages.with_raw_response.count_tokens(model=model, messages=messages)
    assert raw.parse().input_tokens > 100
    assert (raw.headers.get("x-sluice-estimate") == "true") == (model.split("/")[0] in ("groq", "openai"))


@pytest.mark.parametrize("model", MODELS)
def test_an_image_arrives(client, model):
    source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(PNG).decode()}
    content = [{"type": "text", "text": "See"}, {"type": "image", "source": source}]
    assert "image/png" in client.messages.create(**question(model, content)).content[0].text


def test_tokens_are_counted_and_models_listed(client):
    messages = [{"role": "user", "content": "the letter"}]
    assert client.messages.count_tokens(model="default", messages=messages).input_tokens > 0
    names = [model.id for model in client.models.list(limit=2)]
    assert "default" in names and "gemini/gemini-2.5-flash" in names
    assert client.models.retrieve("default").type == "model"


def test_errors_are_raised_as_anthropics(sluice, client):
    with pytest.raises(anthropic.NotFoundError) as refusal:
        client.messages.create(**question("nowhere", "a"))
    assert refusal.value.body["error"]["type"] == "not_found_error"
    assert refusal.value.request_id == refusal.value.body["request_id"]
    with pytest.raises(anthropic.BadRequestError, match="messages.0.content"):
        client.messages.create(**question("default", [{"type": "video"}]))
    with make_client(sluice, api_key="wrong") as stranger, pytest.raises(anthropic.AuthenticationError):
        stranger.messages.create(**question("default", "a"))


def test_a_stream_that_breaks_raises(client, simulator):
    simulator.script({"cut": "mid_stream"})
    with pytest.raises(anthropic.APIError):
        with client.messages.stream(**question("default", "the letter")) as stream:
            for _ in stream.text_stream:
                pass
