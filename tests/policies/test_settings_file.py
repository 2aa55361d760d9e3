"""What a stack's file says about the policies, handed to `pulumi policy analyze`."""

import json
from pathlib import Path

import pytest

from railway_policies.pack import ABOUTS
from railway_policies.settings_file import main, settings_of
from railway_policies.stack_configuration import ConfigurationError
from tests.policies.stacks import Pack, outcome, service

ROOT = Path(__file__).parents[2]
PRODUCTION_ONLY = {about.name for about in ABOUTS if about.production_only}


def test_production_hands_its_settings_over() -> None:
    found = settings_of((ROOT / "Pulumi.production.yaml").read_text())

    assert found["railway-domain-require-allowed-zone"] == {
        "enforcementLevel": "mandatory",
        "zones": ["etally.example"],
    }
    assert json.loads(main([str(ROOT / "Pulumi.production.yaml")])) == found


def test_a_stack_that_is_not_production_turns_its_rules_off() -> None:
    assert settings_of((ROOT / "Pulumi.local.yaml").read_text()) == dict.fromkeys(PRODUCTION_ONLY, "disabled")


def test_days_and_exemptions_arrive_as_the_rule_wants_them() -> None:
    found = settings_of(
        """
        config:
          app:key: {secure: v1:xyz}
          railway-policies:secretsSetOn: {PASSWORD: 2026-11-25}
          railway-policies:rules:
            railway-image-require-version:
              exemptions: [{resource: web, reason: no versions there, expires: 2026-12-31}]
        """
    )

    pack = Pack(configuration=found)
    assert outcome("railway-image-require-version", pack.on_resource(service("other", "nginx"))) == "violates"
    assert not [one for one in pack.on_resource(service("web", "nginx")) if one.level == "mandatory"]
    assert found["railway-secret-require-rotation"]["setOn"] == {"PASSWORD": "2026-11-25"}


@pytest.mark.parametrize("text", ["", "[]", "config", "config: 1", "config: [", "name: x"])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="isn't a stack's file"):
        settings_of(text)


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["no-such-file.yaml"]])
def test_what_is_wrong_is_said_in_a_sentence(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match=r"usage|No such file"):
        main(arguments)
