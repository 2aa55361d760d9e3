"""Writes what the policies say about themselves into docs/policies.md. Run it as a module, in policies/."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from railway_policies.pack import ABOUTS, REPORTS, RULES
from railway_policies.rule import DOCUMENTATION, About, Rule, Scope

BEGIN = "<!-- made by `python -m railway_policies.documentation`: begin -->"
END = "<!-- made by `python -m railway_policies.documentation`: end -->"
PAGE = Path(__file__).parents[2] / DOCUMENTATION

_COMMON = "exemptions"
"""The setting of every rule, which the page explains once."""

_JUDGES = {
    Scope.RESOURCE: "each resource, before it is created or changed",
    Scope.STACK: "the whole stack, when the program has ended",
}


def with_rules(page: str) -> str:
    """The page with its part between the two marks made anew. Raises ValueError if the marks are missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{DOCUMENTATION} lacks the marks between which the rules stand: {BEGIN} … {END}")
    return "\n".join((before + BEGIN, "", *_table(), *_sections(), END + after))


def _table() -> Iterator[str]:
    yield "| policy | what it does | about | severity | level |"
    yield "|---|---|---|---|---|"
    for about in ABOUTS:
        link = f"[{about.name}](#{about.name})"
        level = f"{about.level.value}, in production" if about.production_only else about.level.value
        tags = ", ".join(about.tags)
        yield f"| {link} | {about.description} | {tags} | {about.severity.value} | {level} |"
    yield ""


def _sections() -> Iterator[str]:
    for rule in RULES:
        yield from _head(rule.about)
        where = " Off where `railway-policies:production` is false." if rule.about.production_only else ""
        yield f"Judges {_JUDGES[rule.scope]}.{where}"
        yield ""
        yield from _settings(rule)
    for about in REPORTS:
        yield from _head(about)


def _head(about: About) -> Iterator[str]:
    yield from (f"### {about.name}", "", f"**{about.display_name}.** {about.description}", "")
    yield from (f"What to do: {about.remediation_steps}", "")


def _settings(rule: Rule[Any]) -> Iterator[str]:
    own = {name: one for name, one in rule.configuration.schema_properties().items() if name != _COMMON}
    if not own:
        yield from (f"Settings: `{_COMMON}` alone.", "")
        return
    yield from ("| setting | default | meaning |", "|---|---|---|")
    for name, schema in own.items():
        default = json.dumps(schema["default"]).replace("|", "\\|")
        yield f"| `{name}` | `{default}` | {schema['description']} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(with_rules(PAGE.read_text()))
