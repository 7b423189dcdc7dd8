"""Sluice's /v1 through LangChain's client for OpenAI."""

import jsonschema
import openai
import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

from samples import PNG, PNG_URL, TOOLS, WEATHER, Person
from sluice import EMBEDDING_MODELS, MODELS


@pytest.fixture
def chat(sluice):
    def chat(model="default", **more) -> ChatOpenAI:
        arguments = {"base_url": sluice.base, "api_key": sluice.key, "max_retries": 0, "stream_usage": True}
        return ChatOpenAI(model=model, **arguments | more)

    return chat


def test_an_answer_arrives(chat):
    answer = chat().invoke("what is a sluice?")
    assert "what is a sluice?" in answer.content
    assert answer.response_metadata["finish_reason"] == "stop"
    assert answer.usage_metadata["total_tokens"] > 0


def test_a_stream_adds_up(chat):
    chunks = list(chat().stream("what is a sluice?"))
    assert len(chunks) > 3
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    assert "what is a sluice?" in whole.content
    assert whole.usage_metadata["total_tokens"] > 0


async def test_streams_and_batches_work_without_blocking(chat):
    text = "".join([chunk.content async for chunk in chat().astream("a stream")])
    assert "a stream" in text
    answers = await chat().abatch([f"question {number};" for number in range(5)])
    assert all(f"question {number};" in answer.content for number, answer in enumerate(answers))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("is_stream", [False, True])
def test_parallel_calls_and_their_results_go_round(chat, model, is_stream):
    model = chat(model, streaming=is_stream).bind_tools(TOOLS)
    messages = [HumanMessage("get_weather and get_time")]
    asked = model.invoke(messages)
    assert [call["name"] for call in asked.tool_calls] == ["get_weather", "get_time"]
    messages.append(asked)
    for call, result in zip(asked.tool_calls, ["sunny, 21 degrees", "a quarter past nine"], strict=True):
        jsonschema.validate(call["args"], WEATHER)
        messages.append(ToolMessage(result, tool_call_id=call["id"]))
    told = model.invoke(messages)
    assert "sunny, 21 degrees" in told.content and "a quarter past nine" in told.content


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_an_answer_parses_into_a_pydantic_model(chat, method):
    answer = chat().with_structured_output(Person, method=method).invoke("a person")
    assert isinstance(answer, Person)


def test_an_image_arrives(chat):
    content = [{"type": "text", "text": "what is it?"}, {"type": "image_url", "image_url": {"url": PNG_URL}}]
    assert f"1 image: image/png of {len(PNG)} bytes" in chat().invoke([HumanMessage(content)]).content


@pytest.mark.parametrize("model", EMBEDDING_MODELS)
def test_embeddings_arrive(sluice, model):
    # Without the check, which would fetch a tokenizer from elsewhere.
    embeddings = OpenAIEmbeddings(
        model=model, base_url=sluice.base, api_key=sluice.key, check_embedding_ctx_length=False
    )
    one, other = embeddings.embed_documents(["a", "b"])
    assert len(one) == len(other) == 16 and one != other
    assert embeddings.embed_query("a") == pytest.approx(one)


def test_errors_are_openais_own(chat):
    with pytest.raises(openai.AuthenticationError):
        chat(api_key="wrong").invoke("hello")
    with pytest.raises(openai.NotFoundError):
        chat("nobody/nothing").invoke("hello")
