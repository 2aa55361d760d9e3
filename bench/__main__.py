"""What a run costs: requests, mutations and deployments counted, time as a ratio to a floor of the same run.

The floor is an `up` of a program that declares nothing, on the same engine and machine. `make bench` prints the tables.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.engine.stage import Run, Stage, program_beside, stage


@dataclass(frozen=True)
class Measured:
    """One run and what it cost."""

    name: str
    seconds: float
    run: Run

    @property
    def mutations(self) -> int:
        return sum(1 for request in self.run.requests if request["document"].lstrip().startswith("mutation"))

    @property
    def deployments(self) -> int:
        return sum(len(request["deployments"]) for request in self.run.requests)


def measure(name: str, operation: Callable[[], Run]) -> Measured:
    """Time an operation, which has to succeed."""
    started = time.perf_counter()
    run = operation().succeeded()
    return Measured(name, time.perf_counter() - started, run)


def floor(folder: Path) -> Measured:
    """An `up` of a program that declares nothing."""
    folder.mkdir()
    program = program_beside(folder / "program", "import pulumi\n\npulumi.export('nothing', True)\n")
    with stage(folder / "state", program) as empty:
        empty.configure()
        empty.run("up").succeeded()
        return measure("the floor: an empty program", lambda: empty.run("up"))


def scenario(etally: Stage) -> list[Measured]:
    """ETally's life on a local Railway."""
    etally.configure()
    rows = [
        measure("preview of the first up", lambda: etally.run("preview")),
        measure("the same with the policy pack", lambda: etally.run("preview", policies=True)),
        measure("the first up", lambda: etally.run("up")),
        measure("up without a change", lambda: etally.run("up")),
        measure("refresh without a change", lambda: etally.run("refresh")),
    ]
    etally.configure({"etally:postgres": {"database": "another"}})
    return [
        *rows,
        measure("up, the database's name changed", lambda: etally.run("up")),
        measure("destroy", lambda: etally.run("destroy")),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="etally-bench-") as folder:
        baseline = floor(Path(folder) / "floor")
        with stage(Path(folder) / "etally") as etally:
            measured = scenario(etally)
    table = Table(title="eTally on a local Railway")
    table.add_column("run")
    for heading in ("requests", "mutations", "deployments", "time / floor"):
        table.add_column(heading, justify="right")
    for row in (baseline, *measured):
        ratio = f"{row.seconds / baseline.seconds:.1f}"
        table.add_row(row.name, str(len(row.run.requests)), str(row.mutations), str(row.deployments), ratio)
    Console().print(table)
    by_name = {row.name: row.seconds for row in measured}
    program = by_name["preview of the first up"]
    pack = by_name["the same with the policy pack"] - program
    Console().print(f"The policy pack adds {pack / program:.0%} of what the program's preview takes.")


if __name__ == "__main__":
    main()
