"""Sluice's /v1beta and /v1/models through Google's own SDK."""

import pytest
from google import genai
from google.genai import errors, types

from samples import PNG
from sluice import DIALECTS, EMBEDDING_MODELS, MODELS

VERSIONS = ["v1beta", "v1"]


def make_client(sluice, version: str = "v1beta", key: str | None = None) -> genai.Client:
    options = types.HttpOptions(base_url=sluice.url, api_version=version)
    return genai.Client(api_key=key or sluice.key, http_options=options)


@pytest.fixture
def client(sluice):
    return make_client(sluice)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("model", MODELS)
def test_an_answer_comes_whole_and_streamed(sluice, model, version):
    client = make_client(sluice, version)
    answer = client.models.generate_content(model=model, contents="the letter")
    assert "the letter" in answer.text
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    usage = answer.usage_metadata
    assert usage.total_token_count >= usage.prompt_token_count + usage.candidates_token_count > 0
    chunks = list(client.models.generate_content_stream(model=model, contents="the letter"))
    assert "".join(chunk.text or "" for chunk in chunks) == answer.text
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP


@pytest.mark.parametrize("model", MODELS)
def test_a_function_is_called_by_the_sdk_and_the_turn_goes_on(client, model):
    asked = []

    def get_weather(city: str) -> str:
        """The weather in a city."""
        asked.append(city)
        return "blue skies"

    config = types.GenerateContentConfig(tools=[get_weather])
    answer = client.models.generate_content(model=model, contents="Weather in Oslo? Call get_weather.", config=config)
    assert asked and "blue skies" in answer.text


@pytest.mark.parametrize("model", MODELS)
def test_a_chat_remembers_what_was_said_in_a_stream(client, model):
    chat = client.chats.create(model=model)
    first = "".join(chunk.text or "" for chunk in chat.send_message_stream("the letter"))
    assert "the letter" in first
    assert "the envelope" in chat.send_message("the envelope").text


@pytest.mark.parametrize("model", MODELS)
def test_an_image_arrives(client, model):
    part = types.Part.from_bytes(data=PNG, mime_type="image/png")
    assert "image/png" in client.models.generate_content(model=model, contents=["See", part]).text


@pytest.mark.parametrize("model", EMBEDDING_MODELS)
def test_texts_are_embedded(client, model):
    answer = client.models.embed_content(model=model, contents=["a", "b"])
    assert len(answer.embeddings) == 2 and all(vector.values for vector in answer.embeddings)


def test_tokens_are_counted_and_models_listed(client):
    for model in ("default", *DIALECTS.values()):
        assert client.models.count_tokens(model=model, contents="the letter").total_tokens > 0
    names = [model.name for model in client.models.list(config={"page_size": 2})]
    assert "models/default" in names and "models/gemini/gemini-2.5-flash" in names
    assert client.models.get(model="gemini/gemini-2.5-flash").input_token_limit > 0


def test_errors_are_raised_as_googles(sluice, client):
    with pytest.raises(errors.ClientError) as refusal:
        client.models.generate_content(model="nowhere", contents="a")
    assert (refusal.value.code, refusal.value.status) == (404, "NOT_FOUND")
    # Held by a name: a client that nobody holds closes its connections at once.
    stranger = make_client(sluice, key="wrong")
    with pytest.raises(errors.ClientError) as refusal:
        stranger.models.generate_content(model="default", contents="a")
    assert (refusal.value.code, refusal.value.status) == (401, "UNAUTHENTICATED")


def test_a_stream_that_breaks_raises(client, simulator):
    simulator.script({"cut": "mid_stream"})
    with pytest.raises(errors.APIError):
        for _ in client.models.generate_content_stream(model="default", contents="the letter"):
            pass
