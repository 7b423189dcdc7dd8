"""Fixtures of all client tests. scripts/client-tests sets the environment that they read."""

import os
import pathlib

import pytest

# Read when the module is loaded: it must not ask the network for prices.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
# A variable of the developer's own must not lead a client to a real provider.
for name in list(os.environ):
    if name.startswith(("OPENAI_", "ANTHROPIC_", "GEMINI_", "GOOGLE_")):
        del os.environ[name]

from simulator import Simulator, SimulatorProcess  # noqa: E402
from sluice import Sluice  # noqa: E402

PACKAGE = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def running_simulator():
    """The simulator behind Sluice where one runs, else one of the tests' own."""
    if url := os.environ.get("SIMULATOR_URL"):
        yield Simulator(url)
        return
    binary = os.environ.get("SIMULATOR_BINARY") or str(PACKAGE / ".build/debug/sluice-simulator")
    process = SimulatorProcess(binary)
    yield process.simulator
    process.stop()


@pytest.fixture
def simulator(running_simulator):
    """Without rules of an earlier test."""
    running_simulator.reset()
    yield running_simulator
    running_simulator.reset()


@pytest.fixture
def sluice(simulator):
    """Sluice in front of a simulator without rules."""
    return Sluice.from_environment()
