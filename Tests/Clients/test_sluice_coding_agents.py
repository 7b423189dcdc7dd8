"""Claude Code and Codex do a task of several turns through Sluice: they read a file, edit it and run a command."""

import json

import pytest

from coding_agents import Workshop, claude_code, codex
from sluice import AGENT_MODELS, CODEX_ALIASES

TASK = "Open the gate in gate.txt and prove it."
DONE = "The gate is open, as proof.txt says."
USAGE = {"prompt": 1000, "completion": 20}


@pytest.fixture
def shop(tmp_path) -> Workshop:
    return Workshop(tmp_path)


def script(simulator, model: str, *turns: list[tuple[str, dict]]) -> str:
    """Lets a model make calls turn by turn and say that it is done. Returns its provider."""
    provider = model.split("/")[0]
    calls = [[{"name": name, "arguments": arguments} for name, arguments in turn] for turn in turns]
    behaviours = [{"tool_calls": turn, "usage": USAGE} for turn in calls] + [{"answer": DONE, "usage": USAGE}]
    simulator.script_all([{"provider": provider, "times": 1, "behaviour": each} for each in behaviours])
    return provider


def last_request(simulator, provider: str) -> str:
    return json.dumps(simulator.requests(provider)[-1]["body"])


@pytest.mark.parametrize("model", AGENT_MODELS)
def test_claude_code_reads_edits_and_runs(shop, sluice, simulator, model):
    gate = str(shop.gate)
    edit = {"file_path": gate, "old_string": "is shut", "new_string": "is open"}
    provider = script(
        simulator,
        model,
        [("Read", {"file_path": gate}), ("Bash", {"command": "echo so is the sky", "description": "Looks up"})],
        [("Edit", edit)],
        [("Bash", {"command": "cat gate.txt > proof.txt && cat proof.txt", "description": "Proves it"})],
    )
    told = claude_code(shop, sluice, model, TASK)
    result = told[-1]
    assert (result["type"], result["is_error"], result["result"]) == ("result", False, DONE), told
    assert shop.gate.read_text() == shop.proof.read_text() == "the gate is open\n"
    results = [
        block
        for event in told
        if event["type"] == "user"
        for block in event["message"]["content"]
        if block["type"] == "tool_result"
    ]
    assert len(results) == 4 and not any(block.get("is_error") for block in results), results
    assert result["usage"]["output_tokens"] == 4 * USAGE["completion"]
    assert result["usage"]["input_tokens"] == 4 * USAGE["prompt"]
    # Nothing that the tools told is lost on the way to the model.
    last = last_request(simulator, provider)
    for text in (TASK, "the gate is shut", "so is the sky", "the gate is open"):
        assert text in last


@pytest.mark.parametrize("model", AGENT_MODELS)
def test_claude_code_comes_back_to_its_session(shop, sluice, simulator, model):
    script(simulator, model, [("Bash", {"command": "cat gate.txt", "description": "Looks"})])
    first = claude_code(shop, sluice, model, TASK)[-1]
    provider = script(simulator, model)
    again = claude_code(shop, sluice, model, "Are you sure?", "--resume", first["session_id"])[-1]
    assert (again["is_error"], again["result"]) == (False, DONE)
    last = last_request(simulator, provider)
    for text in (TASK, "the gate is shut", DONE, "Are you sure?"):
        assert text in last


PATCH = """*** Begin Patch
*** Update File: gate.txt
@@
-the gate is shut
+the gate is open
*** End Patch
"""


@pytest.mark.parametrize("model", [*AGENT_MODELS, "gpt-5.5"])
def test_codex_reads_edits_and_runs(shop, sluice, simulator, model):
    def run(command: str) -> tuple[str, dict]:
        return ("exec_command", {"cmd": command})

    # A custom tool takes a text; models that know none are told of a function with one argument.
    edit = ("apply_patch", {"input": PATCH}) if model == "gpt-5.5" else run("sed -i 's/is shut/is open/' gate.txt")
    provider = script(
        simulator,
        CODEX_ALIASES.get(model, model),
        [run("cat gate.txt"), run("echo so is the sky")],
        [edit],
        [run("cat gate.txt > proof.txt && cat proof.txt")],
    )
    told = codex(shop, sluice, model, TASK)
    assert shop.gate.read_text() == shop.proof.read_text() == "the gate is open\n", told
    messages = [event["item"]["text"] for event in told if event.get("item", {}).get("type") == "agent_message"]
    assert messages[-1:] == [DONE], told
    done = [event for event in told if event["type"] == "turn.completed"]
    assert done and done[-1]["usage"]["output_tokens"] == 4 * USAGE["completion"], told
    last = last_request(simulator, provider)
    for text in (TASK, "the gate is shut", "so is the sky", "the gate is open"):
        assert text in last


NEWEST = [name for name in CODEX_ALIASES if name != "gpt-5.5"]


@pytest.mark.parametrize("model", NEWEST)
def test_codex_writes_programs_where_it_has_one_custom_tool_in_a_namespace(shop, sluice, simulator, model):
    provider = CODEX_ALIASES[model]

    def run(command: str) -> tuple[str, dict]:
        program = f"const done = await tools.exec_command({{cmd: {json.dumps(command)}}}); text(done.output);"
        # Whoever knows no namespaces is told of one function.
        return ("exec" if provider == "openai" else "functions__exec", {"input": program})

    script(
        simulator,
        provider,
        [run("cat gate.txt")],
        [run("sed -i 's/is shut/is open/' gate.txt")],
        [run("cat gate.txt > proof.txt && cat proof.txt")],
    )
    told = codex(shop, sluice, model, TASK)
    assert shop.gate.read_text() == shop.proof.read_text() == "the gate is open\n", told
    last = last_request(simulator, provider)
    for text in (TASK, "the gate is shut", "the gate is open"):
        assert text in last
