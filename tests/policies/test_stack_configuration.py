"""What a stack's own configuration may say about the policies."""

import json
from typing import Any

import pytest
from pulumi_policy import EnforcementLevel

from railway_policies.pack import ABOUTS
from railway_policies.stack_configuration import ConfigurationError, initial_configuration
from railway_policies.surroundings import Surroundings, today

IMAGE = "railway-image-require-version"
STAND_IN = "railway-secret-disallow-stand-in"
PRODUCTION_ONLY = {about.name for about in ABOUTS if about.production_only}


def configured(**keys: Any) -> dict[str, Any]:
    given = {
        f"railway-policies:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in keys.items()
    }
    return dict(initial_configuration({"app:secret": "x", **given}, ABOUTS))


def test_a_stack_that_says_nothing_is_production_with_the_defaults() -> None:
    assert configured() == {}
    assert configured(production="true") == {}


def test_outside_production_its_rules_are_off_and_no_other() -> None:
    assert configured(production="false") == dict.fromkeys(PRODUCTION_ONLY, EnforcementLevel.DISABLED)


def test_a_level_alone_and_a_level_with_settings() -> None:
    assert configured(rules={IMAGE: "advisory"}) == {IMAGE: EnforcementLevel.ADVISORY}
    assert configured(rules={IMAGE: {"enforcementLevel": "disabled", "versionParts": 1}}) == {
        IMAGE: {"enforcementLevel": EnforcementLevel.DISABLED, "versionParts": 1}
    }


def test_settings_without_a_level_keep_the_policys_own() -> None:
    """The policy SDK would send a level that is left out as advisory."""
    assert (
        configured(rules={IMAGE: {"versionParts": 1}})[IMAGE]["enforcementLevel"]
        is EnforcementLevel.MANDATORY
    )
    assert configured(rules={"railway-variable-require-secret": {"names": ["DSN"]}}) == {
        "railway-variable-require-secret": {
            "enforcementLevel": EnforcementLevel.REMEDIATE,
            "names": ["DSN"],
        }
    }


def test_a_rule_for_production_stays_off_elsewhere_unless_it_gets_a_level() -> None:
    settings = {"standIns": ["x*"]}
    off = configured(production="false", rules={STAND_IN: settings})
    on = configured(production="false", rules={STAND_IN: {**settings, "enforcementLevel": "mandatory"}})

    assert off[STAND_IN]["enforcementLevel"] is EnforcementLevel.DISABLED
    assert on[STAND_IN]["enforcementLevel"] is EnforcementLevel.MANDATORY


def test_the_days_on_which_secrets_were_set_reach_both_rules_on_age() -> None:
    days = {"JWT_SECRET": "2026-11-25"}
    found = configured(secretsSetOn=days, rules={"railway-secret-suggest-rotation": {"days": 30}})

    assert found["railway-secret-suggest-rotation"] == {
        "enforcementLevel": EnforcementLevel.ADVISORY,
        "setOn": days,
        "days": 30,
    }
    assert found["railway-secret-require-rotation"]["setOn"] == days
    off = configured(secretsSetOn=days, rules={"railway-secret-require-rotation": "disabled"})
    assert off["railway-secret-require-rotation"]["enforcementLevel"] is EnforcementLevel.DISABLED


@pytest.mark.parametrize("written", ["2026-12-31", "2026-12-31 00:00:00 +0000 UTC", "2026-12-31T00:00:00Z"])
def test_a_day_may_stand_in_the_file_without_quotes(written: str) -> None:
    exemptions = [{"resource": "web", "reason": "2026-12-31 is far away", "expires": written}]

    found = configured(rules={IMAGE: {"exemptions": exemptions}})
    assert found[IMAGE]["exemptions"] == [{**exemptions[0], "expires": "2026-12-31"}]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (
            {"rules": {"railway-image-require-versions": "advisory"}},
            "did you mean railway-image-require-version?",
        ),
        ({"rules": {"something": "advisory"}}, "something is no policy of this pack"),
        ({"rules": {IMAGE: "strict"}}, "advisory, mandatory, remediate, disabled"),
        ({"rules": {IMAGE: {"enforcementLevel": 3}}}, "advisory, mandatory, remediate, disabled"),
        ({"rules": {IMAGE: ["advisory"]}}, "must be a level, or an object with settings"),
        ({"rules": ["advisory"]}, "railway-policies:rules must be an object"),
        ({"rules": "{"}, "railway-policies:rules must be an object"),
        ({"secretsSetOn": "today"}, "railway-policies:secretsSetOn must be an object"),
        ({"production": "maybe"}, "railway-policies:production must be true or false"),
        ({"prodution": "true"}, "railway-policies:prodution: unknown"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_in_a_sentence(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        configured(**keys)

    assert words in str(refused.value)


def test_a_flag_is_on_when_it_is_true() -> None:
    around = Surroundings(configuration={"app:a": "true", "app:b": "false", "app:c": "1"})

    assert [around.is_on(f"app:{key}") for key in "abcd"] == [True, False, False, False]


def test_the_day_is_that_of_the_clock() -> None:
    assert Surroundings().today() == today()
