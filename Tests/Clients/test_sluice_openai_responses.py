"""Sluice's /v1/responses through OpenAI's own SDK."""

import openai
import pytest
from openai.types.responses import Response
from pydantic import BaseModel

from sluice import DIALECTS
from strict import strict


# What Open Responses wants and OpenAI's SDK does not know, and what Groq tells of its usage, which goes through.
ADDED = frozenset(
    [".presence_penalty", ".frequency_penalty", ".store"]
    + [f".usage.{name}_time" for name in ("queue", "prompt", "completion", "total")]
)


class Mill(BaseModel):
    name: str
    wheels: int


WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Calls get_weather.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


@pytest.fixture
def client(sluice):
    with openai.OpenAI(base_url=sluice.base, api_key=sluice.key, max_retries=0) as client:
        yield client


@pytest.fixture(params=DIALECTS.values(), ids=DIALECTS)
def model(request):
    return request.param


def test_an_answer_is_a_response_to_the_letter(client, model):
    raw = client.responses.with_raw_response.create(model=model, input="the letter", store=False)
    answer = strict(Response, raw.text, ADDED)
    assert "the letter" in answer.output_text and answer.status == "completed"
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens > 0


def test_a_stream_is_put_together(client, model):
    with client.responses.stream(model=model, input="the letter", store=False) as stream:
        events = list(stream)
        final = stream.get_final_response()
    assert [event.sequence_number for event in events] == list(range(len(events)))
    deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert "the letter" in deltas and deltas == final.output_text
    assert events[0].type == "response.created" and events[-1].type == "response.completed"


@pytest.mark.parametrize("is_stream", [False, True])
def test_a_call_and_its_result_go_round(client, model, is_stream):
    asked = {"model": model, "tools": [WEATHER], "store": False}
    history: list = [{"role": "user", "content": "Call get_weather."}]

    def ask():
        if not is_stream:
            return client.responses.create(input=history, **asked)
        with client.responses.stream(input=history, **asked) as stream:
            return stream.get_final_response()

    answer = ask()
    call = next(item for item in answer.output if item.type == "function_call")
    assert call.name == "get_weather" and call.call_id != call.id
    history += answer.output
    history.append({"type": "function_call_output", "call_id": call.call_id, "output": "blue skies"})
    assert "blue skies" in ask().output_text


def test_an_answer_parses_into_a_pydantic_model(client, model):
    answer = client.responses.parse(model=model, input="a mill", text_format=Mill, store=False)
    assert isinstance(answer.output_parsed, Mill)


def test_a_limit_leaves_an_answer_incomplete(client, model):
    answer = client.responses.create(model=model, input="a long letter", max_output_tokens=16, store=False)
    assert answer.status == "incomplete" and answer.incomplete_details.reason == "max_output_tokens"
