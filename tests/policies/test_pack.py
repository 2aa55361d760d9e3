"""The pack as a whole: configuration, levels, what it says about itself, and what it never says."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi_policy import EnforcementLevel

from railway_policies import RULES, policies
from railway_policies.pack import REPORTS
from tests.policies.stacks import Pack, by, domain, outcome, service, unknown

POLICIES = Path(__file__).parents[2] / "policies"
CANARY = "canary-7f3a-value-that-nobody-may-see"

DATABASE = service("database", "acme/ledger:1.2.3")
PUBLIC = domain("public", DATABASE)


def test_a_configured_image_list_is_what_counts() -> None:
    rule = "railway-data-store-disallow-public-domain"
    lists = {"acme/ledger": "violates", "ledger": "violates", "led*": "violates", "*/ledger": "violates"}

    assert outcome(rule, Pack().on_stack(DATABASE, PUBLIC)) == "passes"
    for pattern, expected in (
        lists | {"acme": "passes", "ledge": "passes", "other/ledger": "passes"}
    ).items():
        pack = Pack(railway_data_store_disallow_public_domain={"images": [pattern]})
        assert outcome(rule, pack.on_stack(DATABASE, PUBLIC)) == expected, pattern


@pytest.mark.parametrize(
    ("configuration", "image", "expected"),
    [
        ({"versionParts": 1}, "redis:7", "passes"),
        ({"versionParts": 3}, "redis:7.2", "violates"),
        ({"versionParts": 3}, "redis:7.2.5", "passes"),
        ({"allowedTags": ["stable-*"]}, "redis:stable-alpine", "passes"),
        ({"allowedTags": ["stable-*"]}, "redis:stable", "violates"),
        ({"allowedTags": ["*"]}, "redis", "violates"),
    ],
)
def test_what_counts_as_pinned_is_configured(
    configuration: dict[str, Any], image: str, expected: str
) -> None:
    pack = Pack(railway_image_require_version=configuration)

    assert outcome("railway-image-require-version", pack.on_resource(service("redis", image))) == expected


def test_minio_on_another_port_is_configured() -> None:
    rule = "railway-minio-disallow-public-console"
    minio = service("minio", "quay.io/minio/minio:RELEASE.2025-10-15T17-29-55Z")
    pack = Pack(railway_minio_disallow_public_console={"port": 9100})

    assert outcome(rule, pack.on_stack(minio, domain("s3", minio, targetPort=9100))) == "passes"
    assert outcome(rule, pack.on_stack(minio, domain("s3", minio, targetPort=9000))) == "violates"


def test_a_disabled_rule_is_silent_also_about_what_it_could_not_judge() -> None:
    pack = Pack(railway_image_require_version={"enforcementLevel": "disabled"})

    assert not by("railway-image-require-version", pack.on_resource(service("web", unknown())))


def test_what_could_not_be_judged_can_be_made_to_block() -> None:
    pack = Pack(railway_resource_report_unjudged={"enforcementLevel": "mandatory"})

    reports = by("railway-image-require-version", pack.on_resource(service("web", unknown())))
    assert [report.level for report in reports] == ["mandatory"]


def test_a_misspelled_configuration_is_a_violation_and_names_what_is_known() -> None:
    pack = Pack(railway_image_require_version={"versionPart": 3, "allowedTags": [CANARY]})

    (report,) = pack.on_resource(service("web", "redis:7.2.5"))
    assert report.level == "mandatory"
    assert "versionPart: Extra inputs are not permitted" in report.message
    assert "It knows: exemptions, versionParts, allowedTags." in report.message
    assert CANARY not in report.message
    assert not pack.on_resource(service("other", "redis")), "once is enough"


def test_every_policy_explains_itself() -> None:
    names = [policy.name for policy in policies()]
    assert len(set(names)) == len(names)
    for policy in policies():
        assert policy.name.startswith("railway-")
        assert policy.display_name
        assert policy.description.endswith(".")
        assert policy.severity
        assert policy.tags
        assert policy.remediation_steps
        assert policy.remediation_steps.endswith(".")
        assert policy.url == f"docs/policies.md#{policy.name}"
    assert {report.level for report in REPORTS} == {EnforcementLevel.ADVISORY}


def test_every_rule_is_a_file_named_after_it() -> None:
    files = {path.stem.replace("_", "-") for path in (POLICIES / "railway_policies" / "rules").glob("*_*.py")}

    files.discard("--init--")
    assert {f"railway-{name}" for name in files} == {rule.about.name for rule in RULES}


def test_every_setting_has_a_default_a_type_and_a_description() -> None:
    for rule in RULES:
        for name, schema in rule.configuration.schema_properties().items():
            assert schema.keys() >= {"default", "type", "description"}, (rule.about.name, name)


def test_the_pack_has_a_version_and_runs_in_the_repository_environment() -> None:
    project = yaml.safe_load((POLICIES / "PulumiPolicy.yaml").read_text())

    assert project["version"]
    assert project["runtime"] == {"name": "python", "options": {"virtualenv": "../.venv"}}
