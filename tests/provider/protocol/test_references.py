"""The SDK's `reference`, in a program run against Pulumi's own mocks."""

from __future__ import annotations

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumiverse_railway as railway
import pytest
from pulumi.runtime import mocks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


# Pulumi's mock monitor leaves an open event loop in each of its threads; each test ends them by itself.
pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


class Provider(mocks.Mocks):
    """Answers as the provider does: every input is an output, and a new resource has an id."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        outputs = dict(args.inputs)
        if args.typ == "railway:index:Service":
            outputs = {"variables": {}, "redeployTriggers": {}, "name": args.name, **outputs}
        if args.typ == "railway:index:ServiceDomain":
            outputs = {"domain": f"{args.inputs['subdomain']}.up.railway.app", **outputs}
        return f"{args.name}-id", outputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        raise NotImplementedError


PLACE: dict[str, Any] = {"project_id": "p", "environment_id": "e"}


@dataclass(frozen=True)
class Seen:
    """What a program sees of an output."""

    value: Any
    known: bool
    secret: bool
    dependencies: set[str]


def seen(
    program: Callable[[], Mapping[str, pulumi.Output[Any]]], *, preview: bool = False
) -> dict[str, Seen]:
    """Run a program and return what it sees of the outputs that it returns."""
    # Pulumi's SDK works with its thread's event loop, which is best one that nobody else has.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_seen, program, preview=preview).result()


def _seen(program: Callable[[], Mapping[str, pulumi.Output[Any]]], *, preview: bool) -> dict[str, Seen]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    pulumi.runtime.set_mocks(Provider(), project="project", stack="stack", preview=preview)
    found: dict[str, Seen] = {}

    async def look(outputs: Mapping[str, pulumi.Output[Any]]) -> None:
        for name, output in outputs.items():
            resources = [await resource.urn.future() or "" for resource in await output.resources()]
            found[name] = Seen(
                await output.future(),
                await output.is_known(),
                await output.is_secret(),
                {urn.rpartition("::")[2] for urn in resources},
            )

    run: Any = pulumi.runtime.test
    run(lambda: look(program()))()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    gc.collect()
    return found


def database(**variables: Any) -> railway.Service:
    return railway.Service("db", variables=variables, **PLACE)


def both(reference: railway.Reference) -> dict[str, pulumi.Output[str]]:
    return {"text": reference.text, "digest": reference.digest}


def digest(**variables: Any) -> Any:
    return seen(lambda: both(railway.reference(database(**variables), "URL")))["digest"].value


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_is_known_before_anything_exists_and_depends_on_its_service(preview: bool) -> None:
    outcome = seen(lambda: both(railway.reference(database(URL="postgresql://db"), "URL")), preview=preview)
    assert outcome["text"].value == "${{db.URL}}"
    assert all(
        output.known and not output.secret and output.dependencies == {"db"} for output in outcome.values()
    )
    assert len(outcome["digest"].value) == 64


def test_texts_stand_on_either_side() -> None:
    def program() -> dict[str, pulumi.Output[str]]:
        reference = railway.reference(database(URL="u", HOST="h"), "URL")
        other = railway.reference(database(HOST="h"), "HOST")
        return {
            **both("before-" + reference + "?pool=5" + pulumi.Output.from_input("&x")),
            "two": (reference + "/" + other).text,
            "digest of two": (reference + other).digest,
        }

    outcome = seen(program)
    assert outcome["text"].value == "before-${{db.URL}}?pool=5&x"
    assert outcome["digest"].value == digest(URL="u", HOST="h")
    assert outcome["two"].value == "${{db.URL}}/${{db.HOST}}"
    assert outcome["digest of two"].value not in {outcome["digest"].value, ""}


def test_the_digest_follows_the_value() -> None:
    assert digest(URL="a") == digest(URL="a")
    assert digest(URL="a") != digest(URL="b")
    assert digest(URL="a", OTHER="x") == digest(URL="a", OTHER="y")


def test_the_digest_follows_what_the_value_refers_to() -> None:
    url = "postgresql://${{PGUSER}}:${{db.PGPASSWORD}}@x"
    same = {"URL": url, "PGUSER": "${{NAME}}", "NAME": "n", "PGPASSWORD": "p"}
    assert digest(**same) == digest(**same)
    assert digest(**same) != digest(**{**same, "PGPASSWORD": "q"})
    assert digest(**same) != digest(**{**same, "NAME": "m"})


def test_a_circle_of_references_ends() -> None:
    assert digest(URL="${{A}}", A="${{db.URL}}")


def test_the_digest_follows_other_services_through_their_triggers() -> None:
    def through(trigger: str, name: str = "URL") -> Any:
        def program() -> dict[str, pulumi.Output[str]]:
            service = railway.Service(
                "db", variables={"URL": "${{cache.URL}}"}, redeploy_triggers={name: trigger}, **PLACE
            )
            return both(railway.reference(service, "URL"))

        return seen(program)["digest"].value

    assert through("1") != through("2")
    assert through("1", "OTHER") == through("2", "OTHER")


def test_the_digest_of_a_secret_is_one() -> None:
    outcome = seen(lambda: both(railway.reference(database(URL=pulumi.Output.secret("hunter22")), "URL")))
    assert outcome["digest"].secret
    assert not outcome["text"].secret
    assert "hunter22" not in outcome["digest"].value


def test_equal_values_of_two_services_do_not_tell() -> None:
    def program() -> dict[str, pulumi.Output[str]]:
        names = ("one", "two")
        made = [railway.Service(name, name="same", variables={"URL": "u"}, **PLACE) for name in names]
        return {service._name: railway.reference(service, "URL").digest for service in made}

    outcome = seen(program)
    assert outcome["one"].value != outcome["two"].value


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_a_domain_is_depended_on_before_it_is_known(preview: bool) -> None:
    def program(subdomain: str = "shop") -> dict[str, pulumi.Output[str]]:
        service = database()
        domain = railway.ServiceDomain("domain", service_id=service.id, subdomain=subdomain, **PLACE)
        return both(railway.reference(service, "RAILWAY_PUBLIC_DOMAIN", domain=domain))

    outcome = seen(program, preview=preview)
    assert outcome["text"].value == "${{db.RAILWAY_PUBLIC_DOMAIN}}"
    assert outcome["text"].known
    assert outcome["text"].dependencies == {"db", "domain"}
    if not preview:
        other = seen(lambda: program("other"))
        assert other["digest"].value != outcome["digest"].value


def test_a_variable_that_the_program_does_not_set_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, **_: warnings.append(message))
    seen(lambda: both(railway.reference(database(URL="u"), "ULR")))
    seen(lambda: both(railway.reference(database(), "RAILWAY_PRIVATE_DOMAIN")))
    assert len(warnings) == 1
    assert "ULR of db" in warnings[0]


@pytest.mark.parametrize("name", ["", "A B", "A-B", "${{x}}", "1A"])
def test_what_is_no_variables_name_is_refused(name: str) -> None:
    def program() -> dict[str, pulumi.Output[str]]:
        with pytest.raises(ValueError, match="isn't a variable's name"):
            railway.reference(database(), name)
        return {}

    seen(program)


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_a_shared_variable_is_depended_on_and_nothing_of_it_shows(preview: bool) -> None:
    def program(value: str = "hunter22") -> dict[str, pulumi.Output[str]]:
        shared = railway.SharedVariables("shared", variables={"KEY": pulumi.Output.secret(value)}, **PLACE)
        return both("<" + railway.shared_reference("KEY", shared) + ">")

    outcome = seen(program, preview=preview)
    assert outcome["text"].value == "<${{shared.KEY}}>"
    assert outcome["text"].dependencies == {"shared"}
    assert all(output.known and not output.secret for output in outcome.values())
    # Railway deploys who refers to it by itself; a trigger would deploy it a second time.
    assert seen(lambda: program("other"))["digest"].value == outcome["digest"].value


def test_a_shared_variable_of_somebody_else_can_be_referred_to() -> None:
    assert seen(lambda: both(railway.shared_reference("KEY")))["text"].value == "${{shared.KEY}}"


def test_a_shared_variable_that_is_not_set_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, **_: warnings.append(message))

    def program() -> dict[str, pulumi.Output[str]]:
        shared = railway.SharedVariables("shared", variables={"KEY": "1"}, **PLACE)
        return {
            **both(railway.shared_reference("YEK", shared)),
            **both(railway.shared_reference("KEY", shared)),
        }

    seen(program)
    assert len(warnings) == 1
    assert "YEK" in warnings[0]


def test_what_is_no_shared_variables_name_is_refused() -> None:
    with pytest.raises(ValueError, match="isn't a variable's name"):
        railway.shared_reference("A B")


def test_variables_and_triggers_go_to_a_service() -> None:
    def program() -> dict[str, pulumi.Output[Any]]:
        reference = railway.reference(database(URL="u"), "URL")
        given = railway.variables_with_references({"PORT": "3000", "DATABASE_URL": reference + "?x"})
        api = railway.Service(
            "api", variables=given.variables, redeploy_triggers=given.redeploy_triggers, **PLACE
        )
        assert set(given.redeploy_triggers) == {"DATABASE_URL"}
        return {"variables": api.variables, "triggers": api.redeploy_triggers, "digest": reference.digest}

    outcome = seen(program)
    assert outcome["variables"].value == {"PORT": "3000", "DATABASE_URL": "${{db.URL}}?x"}
    assert outcome["triggers"].value == {"DATABASE_URL": outcome["digest"].value}
