"""The rule that mends: what should be a secret becomes one, and nothing else changes."""

from typing import Any

from tests.policies.stacks import Pack, by, secret, service, unknown

RULE = "railway-variable-require-secret"
PASSWORD = "hW3n7Kq9Zt5Rb2Xc8Vm4"


def test_only_what_should_be_a_secret_becomes_one() -> None:
    variables: dict[str, Any] = {
        "PASSWORD": PASSWORD,
        "DATABASE_URL": f"postgres://app:{PASSWORD}@db.example.org/shop",
        "ALREADY_SECRET": secret(PASSWORD),
        "MAYBE_SECRET": unknown(),
        "REFERENCE_PASSWORD": "${{db.PASSWORD}}",
        "PORT": "80",
        "LATER": unknown(),
    }
    given = service("web", "nginx:1.27.3", variables=variables, deploy={"overlapSeconds": 5, "x": unknown()})

    mended = Pack().remedied(given)

    assert mended == {
        **given.properties,
        "deploy": {"overlapSeconds": 5.0, "x": unknown()},
        "variables": {
            **variables,
            "PASSWORD": secret(PASSWORD),
            "DATABASE_URL": secret(variables["DATABASE_URL"]),
            "MAYBE_SECRET": secret(unknown()),
        },
    }


def test_what_is_secret_as_a_whole_is_left_alone() -> None:
    given = service("web", variables=secret({"PASSWORD": PASSWORD}))

    assert Pack().remedied(given)["variables"] == secret({"PASSWORD": PASSWORD})


def test_nothing_is_mended_twice() -> None:
    pack = Pack()
    once = pack.remedied(service("web", variables={"PASSWORD": PASSWORD}))

    assert pack.remedied(service("web", **once)) == once


def test_at_another_level_it_says_that_it_can_not_see() -> None:
    pack = Pack(railway_variable_require_secret={"enforcementLevel": "mandatory"})

    (report,) = by(RULE, pack.on_resource(service("web", variables={"PASSWORD": secret(PASSWORD)})))
    assert report.level == "advisory"
    assert (
        "whether PASSWORD is a secret is seen only where this policy's level is remediate" in report.message
    )


def test_settings_that_make_no_sense_mend_nothing_and_are_told() -> None:
    pack = Pack(railway_variable_require_secret={"nams": ["DSN"]})
    given = service("web", variables={"PASSWORD": PASSWORD})

    assert pack.remedied(given)["variables"] == {"PASSWORD": PASSWORD}
    assert "Its configuration can't be read" in pack.on_resource(given)[0].message
