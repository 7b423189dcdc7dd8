"""What is measured: the steps of a checkout, with demands or without."""

import hashlib
import re
import struct
from dataclasses import dataclass
from pathlib import Path

import msgpack

DAY = 86_400_000


def _library(checkout: Path) -> tuple[str, str]:
    """The name and the source of the steps as FunctionLibrary.swift joins them."""
    folder = checkout / "Sources/Shared/Queue"
    files = re.findall(r"PackageResources\.(\w+)_lua", (folder / "FunctionLibrary.swift").read_text())
    steps = "\n".join((folder / "Functions" / f"{file}.lua").read_text() for file in files)
    name = "sluice_" + hashlib.sha256(steps.encode()).hexdigest()[:8]
    return name, f"#!lua name={name}\nlocal LIBRARY = '{name}'\n{steps}"


@dataclass(frozen=True)
class Subject:
    name: str
    library: str
    source: str
    has_demand: bool
    # Before limits were part of a demand, their number stood in its place.
    takes_demands: bool
    # Before amounts were apart from the shape of a demand, they stood in it.
    has_shapes: bool
    # How many arguments a completion has.
    completion: int

    def order(self, number: int, now: int) -> list[str | bytes]:
        """What `admit` takes of one job."""
        request = '{"model":"gpt-4o","messages":[{"role":"user","content":"' + "word " * 200 + '"}]}'
        demand = b"0"
        if self.takes_demands:
            demand = _demand(number, now, self.has_shapes) if self.has_demand else b""
        return [
            _id(number), "search", "interactive", "gpt-4o", request, "", str(300 + number % 50), "600000", "0",
            "sluice:{0}:replies:0123456789abcdef", "", "", "use", "0", "", "", "", demand,
            *([""] if "function kept.read" in self.source else []),
        ]  # fmt: skip


def subjects(checkouts: list[str]) -> list[Subject]:
    found = []
    for checkout in map(Path, checkouts):
        name, source = _library(checkout)
        has_shapes = "held.shape" in source
        counted = re.search(r"ARGUMENTS_OF_COMPLETION = (\d+)", source)
        completion = int(counted[1]) if counted else 9
        takes_demands = "demand" in (checkout / "Sources/Shared/Queue/JobQueue+Admit.swift").read_text()
        label = checkout.resolve().name
        found.append(Subject(f"{label} plain", name, source, False, takes_demands, has_shapes, completion))
        if takes_demands:
            found.append(Subject(f"{label} demand", name, source, True, True, has_shapes, completion))
    return found


def _id(number: int) -> str:
    return f"job_{number:036d}"


def _demand(number: int, now: int, has_shape: bool) -> bytes:
    """As Demand+Packed.swift writes it: of one tenant, fifty users and fifty keys."""
    owner = number % 50
    key = f"key_01ARZ3NDEKTSV4RRFFQ69G5F{owner:02d}"
    owners = ["t:search", f"u:search:0123456789abcd{owner:02d}", f"k:{key}"]
    amounts = [1000 + number % 997, 1_000_000 + number % 9973 * 1000]
    placed = [1, 2] if has_shape else amounts
    requests, tokens = [], []
    for subject in owners:
        # As many as are never used up.
        requests += [f"l:{subject}:rm", 6_000_000, 10, 1]
        tokens += [f"l:{subject}:td", 10_000_000_000, 86_400_000_000, placed[0]]
    running = ["t:search:n", 1_000_000]
    budgets = []
    for subject in (owners[0] + ":bm", owners[2] + ":bd"):
        budgets += [subject, 1, 10**15, placed[1], _midnight(now - DAY), _midnight(now + DAY), 0]
    shape = msgpack.packb([0, 0, 0, key, f"user {owner}", requests, [tokens, [], running, budgets]])
    return struct.pack(">Bqq", 2, *amounts) + shape if has_shape else shape


def _midnight(time: int) -> int:
    return time - time % DAY
