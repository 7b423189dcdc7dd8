"""Sluice's /v1/conversations through OpenAI's own SDK and its agents' session."""

import openai
import pytest
from agents import OpenAIConversationsSession, OpenAIResponsesModel, Runner
from openai import AsyncOpenAI
from openai.types.conversations import Conversation, ConversationDeletedResource

from agent_tools import weather_agent
from sluice import DIALECTS
from strict import strict


def said(text: str) -> dict:
    return {"type": "message", "role": "user", "content": text}


@pytest.fixture
def client(sluice):
    with openai.OpenAI(base_url=sluice.base, api_key=sluice.key, max_retries=0) as client:
        yield client


@pytest.fixture
def conversation(client):
    return client.conversations.create(metadata={"topic": "mills"})


def texts(client, conversation) -> list[str]:
    pages = client.conversations.items.list(conversation.id, order="asc", limit=2)
    return [part.text for item in pages if item.type == "message" for part in item.content]


def test_a_conversation_is_one_to_the_letter(client):
    raw = client.conversations.with_raw_response.create(items=[said("One")], metadata={"a": "b"})
    made = strict(Conversation, raw.text)
    assert made.metadata == {"a": "b"}
    assert client.conversations.retrieve(made.id).to_dict() == made.to_dict()
    assert client.conversations.update(made.id, metadata={"a": "c"}).metadata == {"a": "c"}
    raw = client.conversations.with_raw_response.delete(made.id)
    assert strict(ConversationDeletedResource, raw.text).deleted
    with pytest.raises(openai.NotFoundError, match=f"Conversation with id '{made.id}' not found."):
        client.conversations.retrieve(made.id)


def test_items_are_added_paged_read_and_deleted(client, conversation):
    added = client.conversations.items.create(conversation.id, items=[said(str(number)) for number in range(5)])
    assert [item.content[0].text for item in added.data] == ["0", "1", "2", "3", "4"]
    assert added.first_id == added.data[0].id and added.last_id == added.data[-1].id and not added.has_more
    assert texts(client, conversation) == ["0", "1", "2", "3", "4"]
    newest = client.conversations.items.list(conversation.id, limit=1).data[0]
    assert newest.to_dict() == added.data[-1].to_dict()
    again = client.conversations.items.retrieve(newest.id, conversation_id=conversation.id)
    assert again.to_dict() == newest.to_dict()
    left = client.conversations.items.delete(newest.id, conversation_id=conversation.id)
    assert left.id == conversation.id
    assert texts(client, conversation) == ["0", "1", "2", "3"]


def test_responses_go_on_in_it_from_one_provider_to_the_next(client, conversation):
    for number, model in enumerate(DIALECTS.values()):
        asked = {"model": model, "input": f"letter {number}", "conversation": conversation.id}
        if number % 2:
            answer = client.responses.create(**asked)
        else:
            with client.responses.stream(**asked) as stream:
                stream.until_done()
                answer = stream.get_final_response()
        assert answer.conversation.id == conversation.id
    all = texts(client, conversation)
    assert len(all) == 2 * len(DIALECTS)
    assert all[0::2] == [f"letter {number}" for number in range(len(DIALECTS))]
    assert all[-1] == answer.output_text


def test_one_response_at_a_time(client, conversation, simulator):
    simulator.script({"hang": "before_headers"}, times=1)
    asked = {"model": DIALECTS["chat"], "conversation": conversation.id}
    first = client.responses.create(input="one", background=True, **asked)
    with pytest.raises(openai.BadRequestError) as refusal:
        client.responses.create(input="two", **asked)
    assert refusal.value.code == "conversation_locked" and refusal.value.param == "conversation"
    client.responses.cancel(first.id)
    client.responses.create(input="three", **asked)
    assert texts(client, conversation)[0] == "three"


@pytest.fixture
def asynchronous(sluice):
    return AsyncOpenAI(base_url=sluice.base, api_key=sluice.key, max_retries=0)


async def test_a_session_of_agents_remembers_and_goes_on_with_another_provider(asynchronous, simulator):
    session = OpenAIConversationsSession(openai_client=asynchronous)
    for name in DIALECTS.values():
        agent = weather_agent(OpenAIResponsesModel(name, asynchronous))
        done = await Runner.run(agent, "Call get_weather.", session=session)
        assert "blue skies over" in done.final_output
    last = str(simulator.requests("gemini")[-1]["body"])
    assert last.count("Call get_weather.") == len(DIALECTS)
    items = await session.get_items()
    assert len([item for item in items if item.get("role") == "user"]) == len(DIALECTS)
    assert (await session.pop_item())["role"] == "assistant"
    assert len(await session.get_items()) == len(items) - 1
    await session.clear_session()
    assert await session.get_items() == []


async def test_an_agent_runs_in_a_conversation_of_the_servers(asynchronous):
    conversation = await asynchronous.conversations.create()
    for name in DIALECTS.values():
        agent = weather_agent(OpenAIResponsesModel(name, asynchronous))
        done = await Runner.run(agent, "Call get_weather.", conversation_id=conversation.id)
        assert "blue skies over" in done.final_output
    kinds = [item.type async for item in asynchronous.conversations.items.list(conversation.id, order="asc")]
    assert kinds.count("function_call") == kinds.count("function_call_output") == len(DIALECTS)
