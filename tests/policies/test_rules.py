"""Each rule: passes, violates, unknown, does not apply."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from railway_policies import RULES
from tests.policies.cases import coherence, data, exposure, health, running, secrets, supply
from tests.policies.cases.base import MINIO, POSTGRES, UNKNOWN_IMAGE, UNKNOWN_SOURCE, Case
from tests.policies.cases.exposure import CONSOLE, PUBLIC_DOMAIN, proxy
from tests.policies.stacks import SIGNATURE, Declared, Pack, by, domain, outcome, unknown

CASES: list[Case] = [
    case for table in (exposure, secrets, data, supply, health, coherence, running) for case in table.CASES
]


@cache
def _pack(rule: str, settings: str) -> Pack:
    others = {one.about.name: {"enforcementLevel": "disabled"} for one in RULES if one.about.name != rule}
    return Pack(configuration={**others, rule: json.loads(settings)})


def reports_on(given: Case, *resources: Declared) -> list[Any]:
    """What the rule of a case alone says to some resources."""
    return _pack(given.rule, json.dumps(given.settings)).on_everything(*resources)


@pytest.mark.parametrize("given", CASES, ids=str)
def test_a_rule_answers(given: Case) -> None:
    reports = reports_on(given, *given.resources)

    assert outcome(given.rule, reports) == given.outcome, by(given.rule, reports)


ALWAYS_KNOWN = {"railway-domain-disallow-railway-zone"}
"""Rules that go by a resource's type and name alone: nothing that they need can be unknown."""


def test_every_rule_has_each_case() -> None:
    names = {rule.about.name for rule in RULES}

    assert {(case.rule, case.outcome) for case in CASES} == {
        (name, answer)
        for name in names
        for answer in ("passes", "violates", "unknown")
        if answer != "unknown" or name not in ALWAYS_KNOWN
    }
    assert {case.rule for case in CASES if "does not apply" in case.what} == names


@pytest.mark.parametrize("given", [case for case in CASES if case.rule in ALWAYS_KNOWN], ids=str)
def test_what_goes_by_type_and_name_answers_the_same_when_all_else_is_unknown(given: Case) -> None:
    blank = [replace(one, properties=dict.fromkeys(one.properties, unknown())) for one in given.resources]

    assert outcome(given.rule, reports_on(given, *blank)) == given.outcome


@pytest.mark.parametrize("given", [case for case in CASES if case.outcome == "violates"], ids=str)
def test_no_unknown_value_turns_a_violation_into_a_pass(given: Case) -> None:
    for number, resource in enumerate(given.resources):
        for properties in with_one_unknown(resource.properties):
            resources = [
                replace(
                    one,
                    made_from={
                        name: [changed if source == resource else source for source in sources]
                        for name, sources in one.made_from.items()
                    },
                )
                for one in given.resources
                for changed in [replace(resource, properties=properties)]
            ]
            resources[number] = replace(resource, properties=properties)
            answer = outcome(given.rule, reports_on(given, *resources))
            assert answer in {"violates", "unknown"}, (resource.name, properties)


def with_one_unknown(value: Any) -> Iterator[Any]:
    """Copies of a tree of values, each with another node of it unknown."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key != SIGNATURE:
                yield from ({**value, key: changed} for changed in (unknown(), *with_one_unknown(part)))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            for changed in (unknown(), *with_one_unknown(part)):
                yield [*value[:number], changed, *value[number + 1 :]]


def test_an_unknown_in_one_resource_hides_no_violation_in_another() -> None:
    reports = Pack().on_stack(
        UNKNOWN_IMAGE, domain("first", UNKNOWN_IMAGE), POSTGRES, domain("second", POSTGRES), UNKNOWN_SOURCE
    )

    said = {(report.level, report.urn.rpartition("::")[2]) for report in by(PUBLIC_DOMAIN, reports)}
    assert said == {("advisory", "first"), ("mandatory", "second")}


def test_nothing_reaches_the_sdk_as_an_unknown() -> None:
    """The SDK would turn the whole rule into a note that it can't run."""
    everything = [
        UNKNOWN_IMAGE,
        UNKNOWN_SOURCE,
        domain("d", UNKNOWN_IMAGE, targetPort=unknown()),
        proxy(UNKNOWN_SOURCE),
    ]

    assert not [report for report in Pack().on_everything(*everything) if "can't run" in report.message]


def test_a_message_names_the_resource_the_fault_the_bound_and_the_change() -> None:
    (report,) = by(CONSOLE, Pack().on_stack(MINIO, domain("files", MINIO, targetPort=9001)))

    assert report.message == (
        "Checks that every domain on MinIO names the port of its S3 interface.\n"
        'Domain "files" on MinIO "minio" names another target port, and only its S3 port, 9000, may be '
        'public: its console must not be. Set targetPort of "files" to 9000.'
    )
    assert report.urn.endswith("::files")


@pytest.mark.parametrize(
    ("at_limits", "dollars", "words"),
    [
        (False, "$14.00 for 1 services", "a replica, or its limits where they are lower, at $10 and $20"),
        (True, "$120.00 for 1 services", "a replica, or its limits where it has any, at $10 and $20"),
    ],
)
def test_an_estimate_says_how_it_counts_limits(at_limits: bool, dollars: str, words: str) -> None:
    server = running.limited(2, cpu=0.6, memoryBytes=4_800_000_000)
    pack = Pack(configuration={running.BUDGET: {"dollarsPerMonth": 10, "atLimits": at_limits}})

    (report,) = by(running.BUDGET, pack.on_stack(server))

    assert dollars in report.message
    assert words in report.message


def test_too_high_a_limit_is_told_with_its_bound_and_not_with_its_value() -> None:
    (report,) = by(running.LARGE, Pack().on_resource(running.limited(cpu=12, memoryBytes=2_000_000_000)))

    assert report.message.splitlines()[1] == (
        'Service "api" has too high a limit of processors; 8 vCPU for each replica is the most. Lower cpu in '
        'deploy.limitOverride.containers of "api", or raise `vcpu`.'
    )


def test_what_was_not_judged_is_said_with_the_reason() -> None:
    (report,) = by(PUBLIC_DOMAIN, Pack().on_stack(Declared("ServiceDomain", "bare", {"serviceId": "1f0"})))

    assert report.message.splitlines()[1] == (
        'railway-data-store-disallow-public-domain: Domain "bare" was not judged: its serviceId comes from '
        "no Service of this stack; pass on the id of one that is managed here."
    )
