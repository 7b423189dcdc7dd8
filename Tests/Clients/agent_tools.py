"""What agents of OpenAI's SDK are made of in all tests. Importing it turns their traces off, which go to OpenAI."""

from agents import Agent, Model, function_tool, set_tracing_disabled

set_tracing_disabled(True)


@function_tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"blue skies over {city}"


def weather_agent(model: Model, **settings) -> Agent:
    return Agent("Mill", model=model, tools=[get_weather], **settings)
