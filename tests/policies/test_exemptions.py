"""Exemptions: until a day, for a reason, said aloud; and after that day a violation."""

from datetime import date
from typing import Any

import pytest

from tests.policies.stacks import Declared, Pack, Reported, by, domain, service

IMAGE = "railway-image-require-version"
NAME = "railway-service-disallow-same-name"
MOVING = service("web", "nginx:latest")
PINNED = service("web", "nginx:1.27.3")


def exempt(resource: str = "web", expires: str = "2026-12-31", **more: Any) -> dict[str, Any]:
    entry = {"resource": resource, "reason": "the vendor gives no versions", "expires": expires, **more}
    return {"exemptions": [entry]}


def said(pack: Pack, *resources: Declared) -> list[Reported]:
    return [
        one for one in pack.on_everything(*resources) if one.policy.endswith("exempt") or one.policy == IMAGE
    ]


def test_an_exempt_resource_passes_and_it_is_said_until_when_and_why() -> None:
    (report,) = said(Pack(railway_image_require_version=exempt()), MOVING)

    assert (report.policy, report.level) == ("railway-resource-report-exempt", "advisory")
    assert report.message.splitlines()[1] == (
        f'{IMAGE}: Service "web" is exempt until 2026-12-31, because: the vendor gives no versions'
    )


@pytest.mark.parametrize("pattern", ["other", "we", "web-*"])
def test_an_exemption_is_for_the_resources_that_it_names(pattern: str) -> None:
    reports = said(Pack(railway_image_require_version=exempt(pattern)), MOVING)

    assert [(report.policy, report.level) for report in reports] == [(IMAGE, "mandatory")]


def test_an_exemption_holds_on_its_last_day_and_no_longer() -> None:
    settings = exempt("w*", "2026-11-25")
    on_the_day = Pack(today=lambda: date(2026, 11, 25), railway_image_require_version=settings)
    a_day_later = Pack(today=lambda: date(2026, 11, 26), railway_image_require_version=settings)

    assert {report.level for report in said(on_the_day, MOVING)} == {"advisory"}
    reports = said(a_day_later, MOVING)
    assert {report.level for report in reports} == {"mandatory"}
    assert "runs an image by a tag that moves" in reports[0].message
    assert 'The exemption of Service "web" from this rule ended on 2026-11-25.' in reports[1].message


def test_an_expired_exemption_is_a_violation_even_of_a_resource_that_keeps_the_rule() -> None:
    (report,) = said(Pack(railway_image_require_version=exempt(expires="2026-11-24")), PINNED)

    assert (report.policy, report.level) == (IMAGE, "mandatory")


def test_the_longest_of_several_exemptions_counts() -> None:
    both = {"exemptions": [*exempt(expires="2026-01-01")["exemptions"], *exempt("w*")["exemptions"]]}

    assert {report.level for report in said(Pack(railway_image_require_version=both), MOVING)} == {"advisory"}


def test_an_exemption_without_use_is_said() -> None:
    (report,) = said(Pack(railway_image_require_version=exempt()), PINNED)

    assert "keeps the rule, and its exemption can go" in report.message


def test_rules_on_the_whole_stack_have_exemptions_too() -> None:
    pack = Pack(railway_service_disallow_same_name=exempt("second"))
    reports = pack.on_stack(service("first", name="one"), service("second", name="one"))

    assert not [report for report in reports if report.policy == NAME]
    assert [report.level for report in by(NAME, reports)] == ["advisory"]


def test_a_rule_that_mends_leaves_an_exempt_resource_alone() -> None:
    clear = service("web", variables={"PASSWORD": "hW3n7Kq9Zt5Rb2Xc8Vm4"})
    pack = Pack(railway_variable_require_secret=exempt())

    assert pack.remedied(clear)["variables"] == clear.properties["variables"]


@pytest.mark.parametrize(
    "entry",
    [
        exempt(expires="soon"),
        exempt(expires=""),
        exempt(reason=""),
        exempt(reason="x"),
        exempt(""),
        exempt(untill="2027-01-01"),
        {"exemptions": [{"resource": "web", "expires": "2026-12-31"}]},
        {"exemptions": [{"resource": "web", "reason": "the vendor gives no versions"}]},
    ],
    ids=str,
)
def test_an_exemption_without_a_reason_or_a_day_is_none(entry: dict[str, Any]) -> None:
    reports = said(Pack(railway_image_require_version=entry), MOVING)

    assert [report.level for report in reports] == ["mandatory"]
    assert "Its configuration can't be read" in reports[0].message


def test_domains_are_exempt_by_their_own_names() -> None:
    rule = "railway-domain-disallow-railway-zone"
    web = service("web", "nginx:1.27.3")
    pack = Pack(railway_domain_disallow_railway_zone=exempt("preview*"))

    reports = pack.on_everything(
        web, domain("preview-1", web, targetPort=80), domain("live", web, targetPort=80)
    )
    violations = [report.urn.rpartition("::")[2] for report in reports if report.policy == rule]
    assert violations == ["live"]
