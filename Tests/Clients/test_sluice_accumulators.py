"""What Sluice streams is what clients' own accumulators can take, however and however fast the provider cut it."""

import asyncio
import itertools
import json
import os
import uuid

import agents
import instructor
import openai
import pytest
from langchain_openai import ChatOpenAI
from openai.types.chat import ChatCompletionMessage

from pieces import ANSWERS, PERSON, TIME_CALL, WEATHER_CALL, Manner, call
from programs import sluice_before
from samples import Person
from scripted import USAGE, Script, ScriptedProvider

# Seconds between two events, and how many manners of cutting are tried at that pace.
PACES = [(0.0, 6), (0.003, 4), (0.03, 2)]
MANNERS = [
    pytest.param(pace, Manner(seed), id=f"{int(pace * 1000)}ms-{seed}")
    for pace, count in PACES
    for seed in range(count)
]


@pytest.fixture(scope="module")
def provider():
    return ScriptedProvider()


@pytest.fixture(scope="module")
def scripted_sluice(provider):
    binaries = os.environ.get("BINARIES") or ".build/debug"
    server = provider.start()
    with sluice_before(f"http://127.0.0.1:{server.server_port}/v1", binaries) as sluice:
        yield sluice
    server.shutdown()


@pytest.fixture
def script(provider):
    """Makes the provider answer a model of the test's own, and says how Sluice's clients name it."""

    def script(*scripts: Script) -> str:
        model = uuid.uuid4().hex
        provider.answer(model, *scripts)
        return f"scripted/{model}"

    return script


def streamed(message: dict, manner: Manner, pace: float) -> Script:
    return Script(manner.deltas(message), "tool_calls" if "tool_calls" in message else "stop", pace)


def user(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


def without_index(value):
    if isinstance(value, list):
        return [without_index(entry) for entry in value]
    if isinstance(value, dict):
        return {name: without_index(entry) for name, entry in value.items() if name != "index" and entry is not None}
    return value


def told(message: ChatCompletionMessage) -> dict:
    """A message without what says nothing, to be compared with the one that was cut."""
    members = without_index(message.to_dict())
    assert members.pop("role") == "assistant"
    for entry in members.get("tool_calls", []):
        # What the SDK adds of itself.
        entry.get("function", {}).pop("parsed_arguments", None)
    return {name: value for name, value in members.items() if value not in (None, "", [])}


@pytest.mark.parametrize("pace, manner", MANNERS)
@pytest.mark.parametrize("name", ANSWERS)
def test_openais_accumulator_reads_the_answer(scripted_sluice, script, name, pace, manner):
    model = script(streamed(ANSWERS[name], manner, pace))
    with openai.OpenAI(base_url=scripted_sluice.base, api_key=scripted_sluice.key, max_retries=0) as client:
        # Without tools, of which this accumulator would want to parse the arguments.
        with client.chat.completions.stream(
            model=model, messages=user("go"), stream_options={"include_usage": True}
        ) as stream:
            for event in stream:
                if event.type == "chunk":
                    for choice in event.chunk.choices:
                        indices = [entry.index for entry in choice.delta.tool_calls or []]
                        assert len(set(indices)) == len(indices), f"two entries for an index: {event.chunk}"
            # The end of this SDK's stream cannot parse a custom tool's call; its snapshot holds the same.
            whole = stream.current_completion_snapshot if "custom" in name else stream.get_final_completion()
    assert told(whole.choices[0].message) == ANSWERS[name]
    assert whole.choices[0].finish_reason == ("tool_calls" if "tool_calls" in ANSWERS[name] else "stop")
    assert whole.usage.total_tokens == USAGE["total_tokens"]


@pytest.mark.parametrize("pace, manner", MANNERS)
@pytest.mark.parametrize("mode", [instructor.Mode.TOOLS, instructor.Mode.JSON])
def test_instructor_reads_partial_models(scripted_sluice, script, mode, pace, manner):
    message = (
        {"content": PERSON} if mode == instructor.Mode.JSON else {"tool_calls": [call(0, Person.__name__, PERSON)]}
    )
    model = script(streamed(message, manner, pace))
    with openai.OpenAI(base_url=scripted_sluice.base, api_key=scripted_sluice.key, max_retries=0) as client:
        partials = list(
            instructor.from_openai(client, mode=mode).chat.completions.create_partial(
                model=model, messages=user("a person"), response_model=Person, max_retries=0
            )
        )
    assert partials[-1].model_dump() == json.loads(PERSON)


@pytest.mark.parametrize("pace, manner", MANNERS)
@pytest.mark.parametrize("name", ["a text", "a call", "two calls", "a text and two calls", "reasoning and a text"])
def test_langchains_chunks_add_up(scripted_sluice, script, name, pace, manner):
    message = ANSWERS[name]
    chat = ChatOpenAI(
        model=script(streamed(message, manner, pace)),
        base_url=scripted_sluice.base,
        api_key=scripted_sluice.key,
        max_retries=0,
        stream_usage=True,
    )
    chunks = list(chat.stream("go"))
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    assert whole.content == message.get("content", "")
    expected = [(c["id"], c["function"]) for c in message.get("tool_calls", [])]
    assert [(c["id"], c["name"], c["args"]) for c in whole.tool_calls] == [
        (id, function["name"], json.loads(function["arguments"])) for id, function in expected
    ]
    assert not whole.invalid_tool_calls
    assert whole.usage_metadata["total_tokens"] == USAGE["total_tokens"]


@pytest.mark.parametrize("pace, manner", MANNERS)
async def test_an_agent_calls_its_tools_and_goes_on(scripted_sluice, script, provider, pace, manner):
    calls: list[tuple[str, str]] = []

    @agents.function_tool
    def get_weather(city: str, unit: str, days: int) -> str:
        calls.append(("get_weather", city))
        return f"sunny for {days} days"

    @agents.function_tool
    def get_time(city: str, unit: str) -> str:
        calls.append(("get_time", city))
        return "a quarter past nine"

    agents.set_tracing_disabled(True)
    asks = {"content": "Let me look.", "tool_calls": [WEATHER_CALL, TIME_CALL]}
    model = script(streamed(asks, manner, pace), streamed({"content": "It is sunny. 🌞"}, manner, pace))
    async with openai.AsyncOpenAI(base_url=scripted_sluice.base, api_key=scripted_sluice.key, max_retries=0) as client:
        agent = agents.Agent(
            name="keeper",
            tools=[get_weather, get_time],
            model=agents.OpenAIChatCompletionsModel(model=model, openai_client=client),
        )
        run = agents.Runner.run_streamed(agent, "How is the weather?")
        async with asyncio.timeout(60):
            async for _ in run.stream_events():
                pass
    assert run.final_output == "It is sunny. 🌞"
    rome = json.loads(TIME_CALL["function"]["arguments"])["city"]
    assert sorted(calls) == [("get_time", rome), ("get_weather", "Paris")]
    results = [m for m in provider.requests[model.removeprefix("scripted/")][1]["messages"] if m["role"] == "tool"]
    assert {(m["tool_call_id"], str(m["content"])) for m in results} == {
        ("call_0", "sunny for 3 days"),
        ("call_1", "a quarter past nine"),
    }


def test_splits_are_what_they_were_cut_from():
    """The cutting itself is right: OpenAI's accumulator joins it where the cuts are none of the odd ones."""
    from openai.lib.streaming._deltas import accumulate_delta

    for name, seed in itertools.product(ANSWERS, range(20)):
        joined: dict = {}
        for delta in Manner(seed).deltas(ANSWERS[name]):
            for text in ("content", "refusal", "reasoning", "reasoning_content"):
                if isinstance(delta.get(text), str):
                    joined = accumulate_delta(joined, {text: delta[text]})
        for text, whole in joined.items():
            assert whole == ANSWERS[name].get(text, "")
