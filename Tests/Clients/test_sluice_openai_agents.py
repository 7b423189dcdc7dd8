"""Sluice through OpenAI's agents SDK, by Responses and by chat: tools, handoffs, sessions, streams."""

import pytest
from agents import Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, Runner, SQLiteSession
from openai import AsyncOpenAI

from agent_tools import weather_agent
from sluice import DIALECTS


@pytest.fixture(params=[OpenAIResponsesModel, OpenAIChatCompletionsModel], ids=["responses", "chat"])
def model(request, sluice):
    client = AsyncOpenAI(base_url=sluice.base, api_key=sluice.key, max_retries=0)
    return lambda name: request.param(name, client)


@pytest.fixture(params=DIALECTS.values(), ids=DIALECTS)
def name(request):
    return request.param


async def test_a_tool_is_run(model, name):
    agent = weather_agent(model(name), instructions="Be brief.")
    done = await Runner.run(agent, "Call get_weather.")
    assert "blue skies over" in done.final_output
    assert done.context_wrapper.usage.requests == 2 and done.context_wrapper.usage.output_tokens > 0


async def test_a_stream_tells_the_same(model, name):
    agent = weather_agent(model(name))
    run = Runner.run_streamed(agent, "Call get_weather.")
    text = ""
    async for event in run.stream_events():
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
            text += event.data.delta
    assert "blue skies over" in run.final_output and text == run.final_output


async def test_another_agent_takes_over(model, name, simulator):
    keeper = Agent("Keeper", handoff_description="Keeps the gate.", model=model(name))
    miller = Agent("Miller", model=model(name), handoffs=[keeper])
    done = await Runner.run(miller, "Call transfer_to_keeper.")
    assert done.last_agent is keeper and done.final_output


async def test_a_session_remembers_and_goes_on_with_another_provider(model, simulator):
    session = SQLiteSession("one")
    for name in DIALECTS.values():
        agent = weather_agent(model(name))
        done = await Runner.run(agent, "Call get_weather.", session=session)
        assert "blue skies over" in done.final_output
    last = str(simulator.requests("gemini")[-1]["body"])
    assert last.count("Call get_weather.") == len(DIALECTS)
