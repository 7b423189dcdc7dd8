"""Sluice through LangChain's clients for OpenAI, by chat and by Responses, and for Anthropic."""

import jsonschema
import openai
import pytest
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

from samples import PNG, PNG_URL, TOOLS, WEATHER, Person
from sluice import DIALECTS, EMBEDDING_MODELS, MODELS


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


# MARK: Responses and Messages


@pytest.fixture(params=["responses", "messages"])
def other(request, sluice):
    def other(model="default"):
        more = {"model": model, "api_key": sluice.key, "max_retries": 0}
        if request.param == "messages":
            return ChatAnthropic(base_url=sluice.url, max_tokens=1000, **more)
        return ChatOpenAI(base_url=sluice.base, use_responses_api=True, store=False, **more)

    return other


@pytest.mark.parametrize("model", DIALECTS.values(), ids=DIALECTS)
def test_others_answer_whole_and_streamed(other, model):
    whole = other(model).invoke("what is a sluice?")
    assert "what is a sluice?" in whole.text and whole.usage_metadata["total_tokens"] > 0
    chunks = list(other(model).stream("what is a sluice?"))
    streamed = chunks[0]
    for chunk in chunks[1:]:
        streamed += chunk
    assert streamed.text == whole.text
    assert streamed.usage_metadata["output_tokens"] == whole.usage_metadata["output_tokens"]


@pytest.mark.parametrize("model", DIALECTS.values(), ids=DIALECTS)
def test_others_calls_and_results_go_round(other, model):
    bound = other(model).bind_tools(TOOLS)
    messages = [HumanMessage("get_weather and get_time")]
    asked = bound.invoke(messages)
    assert [call["name"] for call in asked.tool_calls] == ["get_weather", "get_time"]
    messages.append(asked)
    for call, result in zip(asked.tool_calls, ["sunny", "a quarter past nine"], strict=True):
        messages.append(ToolMessage(result, tool_call_id=call["id"]))
    told = bound.invoke(messages).text
    assert "sunny" in told and "a quarter past nine" in told
