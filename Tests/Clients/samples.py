"""What the tests send, whatever the client."""

import base64
from typing import Literal

from pydantic import BaseModel, Field

# A PNG of one pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PNG_URL = "data:image/png;base64," + base64.b64encode(PNG).decode()

WEATHER = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        "days": {"type": "integer", "minimum": 1, "maximum": 14},
    },
    "required": ["city", "unit"],
}

# OpenAI's way to declare functions, which Sluice takes for every provider.
TOOLS = [
    {"type": "function", "function": {"name": name, "description": f"Calls {name}.", "parameters": WEATHER}}
    for name in ("get_weather", "get_time")
]


class Address(BaseModel):
    street: str
    number: int = Field(ge=1)


class Person(BaseModel):
    name: str
    kind: Literal["keeper", "miller"]
    tags: list[str]
    home: Address
