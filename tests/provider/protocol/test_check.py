from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from pulumi_resource_railway.declaration import properties_of
from pulumi_resource_railway.values import UNKNOWN, Secret, to_struct
from tests.provider.protocol.fakes import BoxInputs

if TYPE_CHECKING:
    from tests.provider.protocol.client import Client

pytestmark = pytest.mark.anyio

DEFAULTS = {"name": "crate", "fragile": False, "allowReplace": False}


async def test_fills_in_defaults_and_the_logical_name(provider: Client) -> None:
    inputs, failures = await provider.check({"shelfId": "s"})
    assert failures == []
    assert inputs == {"shelfId": "s", **DEFAULTS}


async def test_says_everything_that_is_wrong_at_once(provider: Client) -> None:
    reasons = await provider.reasons(
        {
            "size": "3",
            "fragile": "yes",
            "bouquet": "sweet",
            "settings": {"timeout": 0, "policy": "SOMETIMES", "timeoutt": 1},
            "variables": {"PORT": 8080, "A.B": True},
            "mounts": [{"volumeId": "v"}, "data"],
            "tags": {"a": "b"},
        }
    )
    assert sorted(reasons) == [
        f"bouquet isn't a property here. There is {', '.join(properties_of(BoxInputs))}.",
        "fragile must be true or false, but is a text. Write it without quotes.",
        "mounts[0].mountPath is required: Where it is mounted.",
        "mounts[1] must be an object, but is a text.",
        "settings.policy must be one of ALWAYS, ON_FAILURE, NEVER, but is 'SOMETIMES'.",
        "settings.timeout must be at least 1.",
        "settings.timeoutt isn't a property here. Did you mean timeout?",
        "shelfId is required: The shelf that holds it.",
        "size must be a whole number, but is a text. Write it without quotes.",
        "tags must be a list, but is an object.",
        "variables.PORT must be a text, but is a whole number. Put it in quotes.",
        'variables["A.B"] must be a text, but is true or false. Put it in quotes.',
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("shelf_id", "shelfId"), ("shelfid", "shelfId"), ("allowReplacement", "allowReplace"), ("tag", "tags")],
)
async def test_guesses_what_a_misspelt_property_means(provider: Client, written: str, meant: str) -> None:
    reasons = await provider.reasons({"shelfId": "s", written: "x"})
    assert reasons == [f"{written} isn't a property here. Did you mean {meant}?"]


async def test_guesses_a_misspelt_choice(provider: Client) -> None:
    (reason,) = await provider.reasons({"shelfId": "s", "settings": {"policy": "on-failure"}})
    assert reason.endswith("but is 'on-failure'. Did you mean ON_FAILURE?")


async def test_never_judges_what_is_unknown(provider: Client) -> None:
    given = {
        "shelfId": UNKNOWN,
        "name": UNKNOWN,
        "size": UNKNOWN,
        "fragile": Secret(UNKNOWN),
        "settings": {"timeout": UNKNOWN, "policy": UNKNOWN},
        "variables": {"A": UNKNOWN, "B_TOKEN": UNKNOWN},
        "mounts": [UNKNOWN, {"volumeId": UNKNOWN, "mountPath": "/data"}],
        "tags": UNKNOWN,
    }
    inputs, failures = await provider.check(given, {"shelfId": "s", "size": 4})
    assert failures == []
    assert inputs == {**given, "allowReplace": False}


async def test_judges_what_is_known_beside_the_unknown(provider: Client) -> None:
    reasons = await provider.reasons({"shelfId": UNKNOWN, "settings": {"timeout": UNKNOWN, "policy": "X"}})
    assert reasons == ["settings.policy must be one of ALWAYS, ON_FAILURE, NEVER, but is 'X'."]


@pytest.mark.parametrize(
    "given",
    [
        {"settings": {"policy": Secret("canary-3141")}},
        {"variables": {"KEY": Secret({"canary-3141": 1})}},
        {"size": Secret("canary-3141")},
        {"settings": Secret({"timeout": "canary-3141", "policy": "canary-3141"})},
        {"password": Secret("leaky-password")},
        {"password": "leaky-password"},
    ],
    ids=["choice", "map", "number", "within", "resource's rule", "secret by declaration"],
)
async def test_no_message_holds_a_secret(provider: Client, given: dict[str, Any]) -> None:
    answer = await provider.stub.Check(
        provider_pb2.CheckRequest(
            urn="urn:pulumi:test::project::railway:index:Box::crate",
            news=to_struct({"shelfId": "s", **given}),
        )
    )
    assert answer.failures
    assert "canary-3141" not in str(answer.failures)
    assert "leaky-password" not in str(answer.failures)


async def test_the_engine_is_never_given_a_property_whose_value_it_would_print(provider: Client) -> None:
    # The engine prints the value at the failure's property, secret or not.
    _, failures = await provider.check(
        {"shelfId": 3, "variables": "hunter22", "password": Secret(3), "settings": {"timeout": "x"}}
    )
    assert {name for name, _ in failures} == {"shelfId", "variables", ""}
    _, failures = await provider.check({"shelfId": "s", "variables": {"A_PASSWORD": 3}})
    assert [name for name, _ in failures] == [""]


async def test_marks_secrets_by_declaration_and_by_look(provider: Client) -> None:
    inputs, _ = await provider.check(
        {
            "shelfId": "s",
            "password": "opensesame",
            "variables": {
                "PORT": "80",
                "DB_PASSWORD": "hunter22",
                "DATABASE_URL": "postgresql://u:hunter22@db/x",
                "CACHE_URL": "redis://default:${{cache.REDIS_PASSWORD}}@cache:6379",
                "REDIS_PASSWORD": "${{cache.REDIS_PASSWORD}}",
                "GIVEN": Secret("plain"),
            },
        }
    )
    assert inputs["password"] == Secret("opensesame")
    assert inputs["variables"] == {
        "PORT": "80",
        "DB_PASSWORD": Secret("hunter22"),
        "DATABASE_URL": Secret("postgresql://u:hunter22@db/x"),
        "CACHE_URL": "redis://default:${{cache.REDIS_PASSWORD}}@cache:6379",
        "REDIS_PASSWORD": "${{cache.REDIS_PASSWORD}}",
        "GIVEN": Secret("plain"),
    }


async def test_a_null_is_absent(provider: Client) -> None:
    answer = to_struct({"shelfId": "s", "variables": {"A": "1"}})
    answer.fields["size"].null_value = struct_pb2.NULL_VALUE
    answer.fields["variables"].struct_value.fields["B"].null_value = struct_pb2.NULL_VALUE
    response = await provider.stub.Check(
        provider_pb2.CheckRequest(urn="urn:pulumi:t::p::railway:index:Box::crate", news=answer)
    )
    assert not response.failures
    assert "size" not in response.inputs.fields
    assert list(response.inputs.fields["variables"].struct_value.fields) == ["A"]


async def test_the_engines_own_keys_are_dropped(provider: Client) -> None:
    inputs, failures = await provider.check({"shelfId": "s", "__defaults": ["name"], "__internal": {}})
    assert (inputs, failures) == ({"shelfId": "s", **DEFAULTS}, [])


async def test_a_resources_own_rule_sees_the_old_inputs(provider: Client) -> None:
    reasons = await provider.reasons({"shelfId": "s", "size": 3}, {"shelfId": "s", "size": 4})
    assert reasons == ["size can't shrink from 4 to 3; boxes only grow."]


async def test_a_replacement_that_must_not_be_is_refused(provider: Client) -> None:
    mounts = [{"volumeId": "v", "mountPath": "/data"}]
    old = {"shelfId": "s", **DEFAULTS, "mounts": mounts}
    refusal = "shelfId can't change while the box holds something; set allowReplace to true."
    assert await provider.reasons({"shelfId": "t", "mounts": mounts}, old) == [refusal]
    assert await provider.reasons({"shelfId": "t", "mounts": mounts, "allowReplace": True}, old) == []
    assert await provider.reasons({"shelfId": UNKNOWN, "mounts": mounts}, old) == []
    assert await provider.reasons({"shelfId": "s", "mounts": mounts}, old) == []


class TestAutonaming:
    options = provider_pb2.CheckRequest.AutonamingOptions

    async def test_follows_the_logical_name(self, provider: Client) -> None:
        inputs, _ = await provider.check({"shelfId": "s"}, {"shelfId": "s", "name": "before"}, name="after")
        assert inputs["name"] == "after"

    async def test_takes_a_configured_pattern(self, provider: Client) -> None:
        autonaming = self.options(proposed_name="crate-7f", mode=self.options.ENFORCE)
        inputs, _ = await provider.check({"shelfId": "s"}, autonaming=autonaming)
        assert inputs["name"] == "crate-7f"

    async def test_keeps_the_name_that_a_pattern_gave(self, provider: Client) -> None:
        autonaming = self.options(proposed_name="crate-7f", mode=self.options.PROPOSE)
        inputs, _ = await provider.check({"shelfId": "s"}, {"name": "crate-11"}, autonaming=autonaming)
        assert inputs["name"] == "crate-11"

    async def test_asks_for_a_name_when_it_is_turned_off(self, provider: Client) -> None:
        autonaming = self.options(mode=self.options.DISABLE)
        _, failures = await provider.check({"shelfId": "s"}, autonaming=autonaming)
        assert failures == [("name", "is required, because automatic names are turned off; set it.")]
