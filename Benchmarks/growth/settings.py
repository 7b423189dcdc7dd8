"""What every part of the growth benchmark is given."""

from dataclasses import dataclass
from pathlib import Path

from harness.table import Report


@dataclass(frozen=True)
class Settings:
    report: Report
    # Where logs and Redis' files go.
    state: Path
    seconds: int
    rounds: int


WARM_UP_SECONDS = 2
CONNECTIONS = 32
