"""What the simulator says as Gemini, judged by Google's SDK, whose types forbid all fields but their own."""

import json

import httpx2
import jsonschema
import pytest
from google import genai
from google.genai import errors, types

from samples import PNG, WEATHER, Person
from strict import server_sent_data

MODEL = "gemini-2.5-flash"
FUNCTIONS = [
    types.FunctionDeclaration(name=name, description=f"Calls {name}.", parameters_json_schema=WEATHER)
    for name in ("get_weather", "get_time")
]
CALLING = types.GenerateContentConfig(
    tools=[types.Tool(function_declarations=FUNCTIONS)],
    automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
)


def client_with(simulator, key: str) -> genai.Client:
    options = types.HttpOptions(base_url=simulator.gemini, api_version="v1beta")
    return genai.Client(api_key=key, http_options=options)


@pytest.fixture
def client(simulator):
    return client_with(simulator, "key")


def post(simulator, method: str, body: dict) -> str:
    url = f"{simulator.gemini}/v1beta/models/{MODEL}:{method}"
    return httpx2.post(url, json=body, headers={"x-goog-api-key": "key"}, timeout=30).text


def body(prompt: str, **more) -> dict:
    return {"contents": [{"role": "user", "parts": [{"text": prompt}]}], **more}


DECLARED = {
    "tools": [
        {"functionDeclarations": [{"name": "get_weather", "parameters": WEATHER}, {"name": "get_time"}]}
    ]
}
QUESTIONS = [
    (body("what is a sluice?"), types.FinishReason.STOP),
    (body("what is a sluice?", generationConfig={"maxOutputTokens": 3}), types.FinishReason.MAX_TOKENS),
    (body("get_weather and get_time", **DECLARED), types.FinishReason.STOP),
    (body("json", generationConfig={"responseMimeType": "application/json"}), types.FinishReason.STOP),
]


@pytest.mark.parametrize("request_body, finish", QUESTIONS)
def test_an_answer_is_a_response_to_the_letter(simulator, request_body, finish):
    text = post(simulator, "generateContent", request_body)
    answer = types.GenerateContentResponse.model_validate_json(text)
    assert answer.candidates[0].finish_reason == finish
    counts = answer.usage_metadata
    assert counts.total_token_count == counts.prompt_token_count + counts.candidates_token_count


@pytest.mark.parametrize("request_body, finish", QUESTIONS)
def test_every_chunk_is_a_response_to_the_letter(simulator, request_body, finish):
    data = server_sent_data(post(simulator, "streamGenerateContent?alt=sse", request_body))
    chunks = [types.GenerateContentResponse.model_validate_json(text) for text in data]
    assert [c.candidates[0].finish_reason for c in chunks if c.candidates[0].finish_reason] == [finish]
    assert chunks[-1].candidates[0].finish_reason == finish
    listed = json.loads(post(simulator, "streamGenerateContent", request_body))
    assert len(listed) == len(chunks)
    for chunk in listed:
        types.GenerateContentResponse.model_validate(chunk)


def test_a_blocked_prompt_is_a_response_to_the_letter(simulator):
    simulator.script({"blocked": True})
    answer = types.GenerateContentResponse.model_validate_json(
        post(simulator, "generateContent", body("something bad"))
    )
    assert answer.candidates is None
    assert answer.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT


def test_the_sdk_reads_the_same_whole_and_in_a_stream(client):
    whole = client.models.generate_content(model=MODEL, contents="what is a sluice?")
    chunks = client.models.generate_content_stream(model=MODEL, contents="what is a sluice?")
    assert "".join(chunk.text for chunk in chunks) == whole.text


async def test_the_sdk_streams_without_blocking(client):
    chunks = await client.aio.models.generate_content_stream(model=MODEL, contents="what is a sluice?")
    assert "what is a sluice?" in "".join([chunk.text async for chunk in chunks])


@pytest.mark.parametrize("model", [MODEL, "gemini-3-pro"])
def test_calls_and_their_results_go_round(client, model):
    asked = client.models.generate_content(
        model=model, contents="get_weather and get_time", config=CALLING
    )
    calls = asked.function_calls
    assert [call.name for call in calls] == ["get_weather", "get_time"]
    for call in calls:
        jsonschema.validate(call.args, WEATHER)
    content = asked.candidates[0].content
    assert [part.thought_signature is None for part in content.parts] == [False, True]
    results = [
        types.Part(
            function_response=types.FunctionResponse(id=call.id, name=call.name, response={"result": result})
        )
        for call, result in zip(calls, ["sunny, 21 degrees", "a quarter past nine"], strict=True)
    ]
    turns = [
        types.Content(role="user", parts=[types.Part(text="get_weather and get_time")]),
        content,
        types.Content(role="user", parts=results),
    ]
    told = client.models.generate_content(model=model, contents=turns, config=CALLING)
    assert "sunny, 21 degrees" in told.text and "a quarter past nine" in told.text


def test_a_call_can_be_forced(client):
    config = CALLING.model_copy(
        update={
            "tool_config": types.ToolConfig(
                function_calling_config=types.FunctionCallingConfig(
                    mode="ANY", allowed_function_names=["get_time"]
                )
            )
        }
    )
    chunks = list(client.models.generate_content_stream(model=MODEL, contents="hello", config=config))
    calls = [call for chunk in chunks for call in chunk.function_calls or []]
    assert [call.name for call in calls] == ["get_time"]


@pytest.mark.parametrize("field", ["response_schema", "response_json_schema"])
def test_an_answer_parses_into_a_pydantic_model(client, field):
    schema = Person if field == "response_schema" else Person.model_json_schema()
    config = types.GenerateContentConfig(response_mime_type="application/json", **{field: schema})
    answer = client.models.generate_content(model=MODEL, contents="a person", config=config)
    assert Person.model_validate_json(answer.text)
    if field == "response_schema":
        assert isinstance(answer.parsed, Person)


def test_an_image_arrives(client):
    image = types.Part.from_bytes(data=PNG, mime_type="image/png")
    answer = client.models.generate_content(model=MODEL, contents=["what is it?", image])
    assert f"1 image: image/png of {len(PNG)} bytes" in answer.text


def test_embeddings_come_in_batches(client, simulator):
    config = types.EmbedContentConfig(output_dimensionality=8, task_type="RETRIEVAL_DOCUMENT")
    answer = client.models.embed_content(model="gemini-embedding-001", contents=["a", "b"], config=config)
    assert [len(embedding.values) for embedding in answer.embeddings] == [8, 8]
    request = {"model": f"models/{MODEL}", "content": {"parts": [{"text": "a"}]}}
    text = post(simulator, "batchEmbedContents", {"requests": [request]})
    assert len(types.EmbedContentResponse.model_validate_json(text).embeddings) == 1


@pytest.mark.parametrize(
    "status, error, name",
    [
        (400, errors.ClientError, "INVALID_ARGUMENT"),
        (403, errors.ClientError, "PERMISSION_DENIED"),
        (404, errors.ClientError, "NOT_FOUND"),
        (429, errors.ClientError, "RESOURCE_EXHAUSTED"),
        (500, errors.ServerError, "INTERNAL"),
        (503, errors.ServerError, "UNAVAILABLE"),
    ],
)
def test_errors_are_the_sdks_own(client, simulator, status, error, name):
    simulator.script({"status": status, "retry_after": 3})
    with pytest.raises(error) as raised:
        client.models.generate_content(model=MODEL, contents="hello")
    assert raised.value.code == status and raised.value.status == name and raised.value.message
    with pytest.raises(error):
        list(client.models.generate_content_stream(model=MODEL, contents="hello"))


def test_a_wrong_key_is_a_client_error(simulator):
    client = client_with(simulator, "wrong")
    with pytest.raises(errors.ClientError) as raised:
        client.models.generate_content(model=MODEL, contents="hello")
    assert raised.value.details["error"]["details"][0]["reason"] == "API_KEY_INVALID"


def test_an_error_in_a_stream_is_raised(client, simulator):
    simulator.script({"body": "error_200", "status": 503})
    with pytest.raises(errors.APIError):
        list(client.models.generate_content_stream(model=MODEL, contents="hello"))
