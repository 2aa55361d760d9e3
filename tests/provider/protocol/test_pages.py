from __future__ import annotations

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime import mocks
from pulumi.runtime import test as as_program

from pulumi_resource_railway import schema
from pulumi_resource_railway.check import Naming, check_function, check_resource
from pulumi_resource_railway.declaration import ListOf, MapOf, Scalar, properties_of
from pulumi_resource_railway.functions import FUNCTIONS
from pulumi_resource_railway.guides import GUIDES
from pulumi_resource_railway.pages import pages
from pulumi_resource_railway.resources import RESOURCES
from pulumi_resource_railway.values import UNKNOWN, from_struct, to_struct

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_resource_railway.declaration import Model

TEXTS = pages(RESOURCES, FUNCTIONS)
EXAMPLES = {
    **{resource.token: GUIDES[resource.token].example for resource in RESOURCES},
    **{function.token: function.example for function in FUNCTIONS},
}


def test_the_pages_are_fresh() -> None:
    assert schema.stale_pages(schema.PAGES, TEXTS) == [], "run `make schema`"


def test_each_resource_and_function_has_a_page() -> None:
    declared = [*(one.token for one in RESOURCES), *(one.token for one in FUNCTIONS)]
    assert GUIDES.keys() >= {resource.token for resource in RESOURCES}
    assert TEXTS.keys() == {"README.md", *(f"{token.rpartition(':')[2]}.md" for token in declared)}
    for name in TEXTS.keys() - {"README.md"}:
        assert f"({name})" in TEXTS["README.md"]


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.token)
def test_a_resources_page_says_everything(resource: Any) -> None:
    text = TEXTS[f"{resource.token.rpartition(':')[2]}.md"]
    for name, declared in properties_of(resource.outputs).items():
        assert f"| `{name}` | `{declared.attribute}` |" in text
    assert f"pulumi import {resource.token} " in text
    assert resource.import_format in text
    assert GUIDES[resource.token].railway_page in text
    assert f"| create | {GUIDES[resource.token].calls.create} |" in text


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.token)
def test_a_functions_page_says_everything(function: Any) -> None:
    text = TEXTS[f"{function.token.rpartition(':')[2]}.md"]
    for model in (function.arguments, function.result):
        for name, declared in properties_of(model).items():
            assert f"| `{name}` | `{declared.attribute}` |" in text
    assert function.railway_page in text
    assert function.calls in text


def test_links_within_the_pages_lead_somewhere() -> None:
    for text in TEXTS.values():
        anchors = {line[4:].lower() for line in text.splitlines() if line.startswith("### ")}
        links = {part.partition(")")[0] for part in text.split("](#")[1:]}
        assert links <= anchors


def test_a_page_too_many_and_a_stale_one_are_seen(tmp_path: Path) -> None:
    schema.write_pages(tmp_path, TEXTS)
    assert schema.stale_pages(tmp_path, TEXTS) == []
    (tmp_path / "Gone.md").write_text("", encoding="utf-8")
    (tmp_path / "Service.md").write_text("", encoding="utf-8")
    stale = schema.stale_pages(tmp_path, TEXTS)
    assert stale == [str(tmp_path / "Gone.md"), str(tmp_path / "Service.md")]
    schema.write_pages(tmp_path, TEXTS)
    assert schema.stale_pages(tmp_path, TEXTS) == []


MADE = "made-"


def promised(model: type[Model]) -> dict[str, Any]:
    """What stands for an answer: texts that are known to be made up, and nothing in lists and maps."""
    answer: dict[str, Any] = {}
    for name, declared in properties_of(model).items():
        match declared.type:
            case ListOf():
                answer[name] = []
            case MapOf():
                answer[name] = {}
            case Scalar("integer") | Scalar("number"):
                answer[name] = 1
            case Scalar("boolean"):
                answer[name] = False
            case _:
                answer[name] = f"{MADE}{name}"
    return answer


class Checking(mocks.Mocks):
    """Takes what an example asks for through Check, and answers with what the declaration promises."""

    def __init__(self) -> None:
        self.failures: list[Any] = []
        self.made: list[str] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        (resource,) = (one for one in RESOURCES if one.token == args.typ)
        checked = check_resource(resource, self._given(args.inputs), None, Naming(args.name))
        self.failures += checked.failures
        self.made.append(args.typ)
        return f"{MADE}{args.name}", {**promised(resource.outputs), "name": args.name, **args.inputs}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        (function,) = (one for one in FUNCTIONS if one.token == args.token)
        self.failures += check_function(function, self._given(args.args)).failures
        self.made.append(args.token)
        return promised(function.result), []

    def _given(self, inputs: Any) -> dict[str, Any]:
        known = from_struct(to_struct(inputs))
        return {
            name: UNKNOWN if isinstance(value, str) and value.startswith(MADE) else value
            for name, value in known.items()
        }


def run(token: str) -> Checking:
    # Pulumi's SDK works with its thread's event loop, which is best one that nobody else has.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    checking = Checking()
    mocks.set_mocks(checking, preview=False)
    program = compile(EXAMPLES[token], token, "exec")
    wrap: Any = as_program
    try:
        wrap(lambda: exec(program, {}))()  # noqa: S102 - the program is ours
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        gc.collect()
    return checking


# Pulumi's mock monitor leaves an open event loop in each of its threads.
@pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize("token", EXAMPLES)
def test_every_example_runs(token: str) -> None:
    with ThreadPoolExecutor(1) as thread:
        checking = thread.submit(run, token).result()
    assert checking.failures == []
    assert token in checking.made
