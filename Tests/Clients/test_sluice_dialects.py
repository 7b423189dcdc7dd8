"""Each dialect of a client on each dialect of a provider: what comes back, by the clients' own types.

With DIALECTS_TABLE=FILE what was found is written there as the table of docs/dialects.md.
"""

import json
import os
import random

import anthropic
import jsonschema
import openai
import pytest
from google.genai import errors

from dialects import LIMIT, TALKS, TOOL_NAMES, Wishes, calls_in
from samples import PNG, WEATHER, Person
from sluice import DIALECTS

# How a client is told that an answer ended well, with calls, and that a filter withheld it.
ENDS = {
    "chat": ("stop", "tool_calls", "content_filter"),
    "responses": ("completed", "completed", "content_filter"),
    "messages": ("end_turn", "tool_use", "refusal"),
    "gemini": ("STOP", "STOP", "SAFETY"),
}
# Who tells what it thinks to those who ask in its own words: the simulator's other models keep it to themselves, and what is
# asked in other words is an effort.
THINKERS = ("responses", "messages")
# As Gemini says it (https://ai.google.dev/gemini-api/docs/tokens); the simulator knows the others' words.
OVERFLOW_IN_GEMINI = {
    "error": {
        "code": 400,
        "message": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        "status": "INVALID_ARGUMENT",
    }
}
CASES = ("text", "tools in parallel", "images", "structured output", "thinking", "refusal", "overflow", "cut stream")
found: dict[tuple[str, str, str], str] = {}


@pytest.fixture(scope="module", autouse=True)
def table():
    yield
    if path := os.environ.get("DIALECTS_TABLE"):
        with open(path, "w") as file:
            file.write("| client | | " + " | ".join(f"provider: {word}" for word in DIALECTS) + " |\n")
            file.write("| --- " * (2 + len(DIALECTS)) + "|\n")
            for client in TALKS:
                for case in CASES:
                    cells = [found.get((client, case, provider), "") for provider in DIALECTS]
                    file.write(f"| {client} | {case} | " + " | ".join(cells) + " |\n")


@pytest.fixture(params=TALKS)
def client(request) -> str:
    return request.param


@pytest.fixture(params=DIALECTS)
def provider(request) -> str:
    return request.param


@pytest.fixture
def talk(sluice, client):
    return lambda: TALKS[client](sluice)


def both(make, model: str, text: str, wishes: Wishes = Wishes(), image: bool = False):
    """The answer, which is the same whole and streamed, and the conversation with it."""
    answers = []
    for stream in (False, True):
        one = make()
        one.say(text, image)
        answers.append(one.ask(model, wishes, stream))
    whole, streamed = answers
    assert whole.said == streamed.said
    assert whole.tokens == streamed.tokens
    return streamed, one


def test_a_text(talk, client, provider):
    told, _ = both(talk, DIALECTS[provider], "the letter")
    assert "the letter" in told.text and told.end == ENDS[client][0] and told.tokens > 0
    found[client, "text", provider] = f"the text, `{told.end}`"


def test_calls_in_parallel_and_their_results(talk, client, provider):
    model = DIALECTS[provider]
    told, one = both(talk, model, "get_weather and get_time", Wishes(tools=True))
    assert [name for name, _ in told.calls] == list(TOOL_NAMES) and told.end == ENDS[client][1]
    for _, arguments in told.calls:
        jsonschema.validate(arguments, WEATHER)
    one.answer(["sunny, 21 degrees", "a quarter past nine"])
    after = one.ask(model, Wishes(tools=True))
    assert "sunny, 21 degrees" in after.text and "a quarter past nine" in after.text
    assert after.end == ENDS[client][0]
    found[client, "tools in parallel", provider] = f"2 calls, `{told.end}`; both results"


def test_an_image(talk, client, provider):
    told, _ = both(talk, DIALECTS[provider], "what is it?", image=True)
    assert f"1 image: image/png of {len(PNG)} bytes" in told.text
    found[client, "images", provider] = "seen"


def test_structured_output(talk, client, provider):
    told, _ = both(talk, DIALECTS[provider], "a person", Wishes(schema=True))
    assert Person.model_validate_json(told.text)
    found[client, "structured output", provider] = "fits its schema"


def test_thinking(talk, client, provider):
    model = DIALECTS[provider]
    told, one = both(talk, model, "get_weather, think well", Wishes(tools=True, thinking=True))
    assert [name for name, _ in told.calls] == ["get_weather"]
    assert told.has_thoughts == (provider == client and provider in THINKERS), told
    # What was thought goes back with the call's result, and is taken; by the next provider, too.
    one.answer(["sunny"])
    assert "sunny" in one.ask(model, Wishes(tools=True, thinking=True)).text
    for other in DIALECTS.values():
        one.say("the envelope")
        assert "the envelope" in one.ask(other, Wishes(tools=True, thinking=True)).text
    cell = "thoughts told and taken back" if told.has_thoughts else "none told; the turn goes on"
    found[client, "thinking", provider] = cell


def test_a_refusal(talk, client, provider, simulator):
    simulator.script({"blocked": True})
    told, _ = both(talk, DIALECTS[provider], "the letter")
    # Gemini's own clients are told which filter of Gemini's it was.
    assert told.text == "" and told.end in (ENDS[client][2], "PROHIBITED_CONTENT")
    found[client, "refusal", provider] = f"`{told.end}`"


def test_an_overflow(talk, client, provider, simulator):
    raw = {"raw_body": json.dumps(OVERFLOW_IN_GEMINI)} if provider == "gemini" else {}
    simulator.script({"status": 400} | raw)
    for stream in (False, True):
        one = talk()
        one.say("the letter")
        with pytest.raises((openai.BadRequestError, anthropic.BadRequestError, errors.ClientError)) as refusal:
            one.ask(DIALECTS[provider], stream=stream)
    match client:
        case "messages":
            assert "prompt is too long" in str(refusal.value)
            told = f"`{refusal.value.body['error']['type']}`, prompt is too long"
        case "gemini":
            assert (refusal.value.code, refusal.value.status) == (400, "INVALID_ARGUMENT")
            told = "`INVALID_ARGUMENT`"
        case _:
            assert refusal.value.code == "context_length_exceeded"
            told = f"`{refusal.value.code}`"
    found[client, "overflow", provider] = f"{type(refusal.value).__name__}: {told}"


def test_a_cut_stream(talk, client, provider, simulator):
    simulator.script({"cut": "mid_stream"})
    one = talk()
    one.say("the letter")
    with pytest.raises((openai.APIError, anthropic.APIError, errors.APIError, RuntimeError)) as broken:
        one.ask(DIALECTS[provider], stream=True)
    word = "`response.failed`" if isinstance(broken.value, RuntimeError) else type(broken.value).__name__
    found[client, "cut stream", provider] = word


CONVERSATIONS = int(os.environ.get("DIALECTS_CONVERSATIONS", "200"))


@pytest.mark.parametrize("seed", range(CONVERSATIONS))
def test_a_random_conversation_goes_on_with_whoever_is_next(sluice, simulator, seed):
    chance = random.Random(seed)
    client = chance.choice(list(TALKS))
    one = TALKS[client](sluice)
    # All that was said by anybody and must be told to whoever answers next.
    said: list[str] = []
    calls = 0
    open_calls: list = []
    word = chance.choice(list(DIALECTS))
    for turn in range(chance.randint(1, 12)):
        if chance.random() < 0.5:
            word = chance.choice(list(DIALECTS))
        if open_calls:
            results = [f"result {seed}-{turn}-{place} of \"{name}\"\n" for place, (name, _) in enumerate(open_calls)]
            one.answer(results)
            said += results
        else:
            wanted = " ".join(name for name in TOOL_NAMES if chance.random() < 0.4)
            text = f"word {seed}-{turn} {wanted} 🚰"
            one.say(text, image=chance.random() < 0.1)
            said.append(text)
        wishes = Wishes(tools=True, thinking=chance.random() < 0.5)
        told = one.ask(DIALECTS[word], wishes, stream=chance.random() < 0.5)
        assert told.end in ENDS[client][:2], told
        asked = simulator.requests(DIALECTS[word].split("/")[0])[-1]["body"]
        sent = json.dumps(asked, ensure_ascii=False)
        for text in said:
            inside = json.dumps(text, ensure_ascii=False)[1:-1]
            # Results may stand in a text of JSON themselves.
            assert inside in sent or json.dumps(inside, ensure_ascii=False)[1:-1] in sent, (text, asked)
        assert calls_in(word, asked) == calls, asked
        open_calls = told.calls
        calls += len(told.calls)
        if told.text:
            said.append(told.text)
