"""Validation as the SDKs themselves do not do it: they build their models without looking."""

from pydantic import BaseModel


def strict(model: type[BaseModel], text: str, added: frozenset[str] = frozenset()) -> BaseModel:
    """The model that a JSON text holds, with every type as declared and no field that is not, but for those ``added``."""
    value = model.model_validate_json(text, strict=True)
    extras = [place for place in undeclared(value) if place not in added]
    assert not extras, f"{model.__name__} does not declare {extras}"
    return value


def undeclared(value, place: str = ""):
    """The names of fields that the SDK does not know, at any depth."""
    if isinstance(value, BaseModel):
        yield from (f"{place}.{name}" for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from undeclared(getattr(value, name), f"{place}.{name}")
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from undeclared(element, f"{place}[{index}]")


def server_sent_data(text: str) -> list[str]:
    """The data of a stream's events, as they stand on the wire."""
    return [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
