"""References, compared with what is there before anything is sent."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
import pulumiverse_railway as railway
import pytest
from pulumi.runtime import mocks

from components.addresses import PublicAddress
from components.service import Mount, Placement, add_domain, add_service
from components.sources import Image
from components.wiring import Wiring
from tests.program.conftest import Nothing
from tests.program.graph import LOOP


class Anything(Nothing):
    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return f"{args.name}-id", dict(args.inputs)


@pytest.fixture
def wiring() -> Iterator[Wiring]:
    mocks.set_mocks(Anything(), project="p", stack="s", preview=False)
    yield Wiring()
    # What was declared is registered here, or refused, and not in a later test.
    while pending := asyncio.all_tasks(LOOP):
        LOOP.run_until_complete(asyncio.wait(pending))


def add(
    wiring: Wiring,
    name: str,
    variables: Mapping[str, Any] | None = None,
    *,
    public: bool = False,
    keeps: bool = False,
) -> railway.Service:
    place = Placement("project", "environment", wiring=wiring)
    parent = pulumi.ComponentResource("test:Parent", f"{name}-parent")
    service = add_service(
        name,
        place,
        source=Image("image:1.0"),
        deploy=railway.ServiceDeployArgs(),
        variables=variables or {},
        mount=Mount("/data", 1) if keeps else None,
        parent=parent,
    )
    if public:
        address = PublicAddress.parse("label")
        add_domain(name, place, service=service, address=address, target_port=80, parent=parent)
    return service


def problems(wiring: Wiring) -> list[str]:
    with pytest.raises(pulumi.RunError) as caught:
        wiring.check()
    first, *rest = str(caught.value).splitlines()
    assert first == "references to variables lead nowhere:"
    return [line.removeprefix("  - ") for line in rest]


def test_what_leads_somewhere_is_silent(wiring: Wiring) -> None:
    store = add(
        wiring, "store", {"URL": "http://${{RAILWAY_PRIVATE_DOMAIN}}:${{ PORT }}", "PORT": "1"}, public=True
    )
    add(
        wiring,
        "web",
        {
            "A": wiring.link(store, "URL") + "?x=" + wiring.link(store, "PORT"),
            "B": "https://" + wiring.link(store, "RAILWAY_PUBLIC_DOMAIN"),
            "C": "${{store.RAILWAY_STATIC_URL}} ${{shared.ANYTHING}} ${{web.A}}",
            "D": "${{RAILWAY_VOLUME_MOUNT_PATH}}",
        },
        keeps=True,
    )
    wiring.check()


def test_a_service_may_be_referred_to_before_it_is_declared(wiring: Wiring) -> None:
    add(wiring, "web", {"A": "${{store.URL}}"})
    add(wiring, "store", {"URL": "x"})
    wiring.check()


def test_everything_that_leads_nowhere_is_told_together(wiring: Wiring) -> None:
    store = add(wiring, "store", {"DATABASE_URL": "x", "SELF": "${{PASSWORT}}", "PASSWORD": "y"})
    add(
        wiring,
        "web",
        {
            "A": wiring.link(store, "DATABASE_URI") + "?x",
            "B": "before ${{stor.DATABASE_URL}}",
            "C": wiring.link(store, "RAILWAY_PUBLIC_DOMAIN"),
            "D": wiring.link(store, "PASSWORD") + "${{nothing.X}}",
            "E": "${{RAILWAY_VOLUME_ID}}",
            "F": "${{store.RAILWAY_TCP_PROXY_PORT}}",
        },
    )
    assert problems(wiring) == [
        "SELF of store has ${{PASSWORT}}: store has no variable PASSWORT; did you mean PASSWORD?",
        "A of web has ${{store.DATABASE_URI}}: store has no variable DATABASE_URI; did you mean DATABASE_URL?",
        "B of web has ${{stor.DATABASE_URL}}: there is no service stor; did you mean store?",
        "C of web has ${{store.RAILWAY_PUBLIC_DOMAIN}}: store has no public domain",
        "D of web has ${{nothing.X}}: there is no service nothing",
        "E of web has ${{RAILWAY_VOLUME_ID}}: web has no volume",
        "F of web has ${{store.RAILWAY_TCP_PROXY_PORT}}: store has no variable RAILWAY_TCP_PROXY_PORT",
    ]


def test_no_value_is_shown(wiring: Wiring) -> None:
    add(wiring, "web", {"A": "canary ${{B}} canary"})
    assert "canary" not in "".join(problems(wiring))


def known(wiring: Wiring, value: pulumi.Input[str]) -> str | None:
    """What is sent for a variable A of a service web."""
    judged = pulumi.Output.from_input(wiring.judged("web", {"A": value})["A"])
    return LOOP.run_until_complete(judged.future())


def test_an_output_is_compared_when_it_is_known(wiring: Wiring) -> None:
    add(wiring, "web", {"A": "x"})
    wiring.check()
    assert (
        known(wiring, pulumi.Output.from_input("before ${{A}} ${{shared.X}}"))
        == "before ${{A}} ${{shared.X}}"
    )
    with pytest.raises(pulumi.RunError, match=r"A of web has \$\{\{B\}\}: web has no variable B$"):
        known(wiring, pulumi.Output.concat("before ", "${{B}}"))


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("${{canary.A}}", "there is no service of that name"),
        ("${{canary}}", "web has no variable of that name"),
        ("${{RAILWAY_PUBLIC_DOMAIN}}", "web has no public domain"),
    ],
)
def test_no_part_of_a_secret_is_shown(wiring: Wiring, reference: str, reason: str) -> None:
    add(wiring, "web", {"A": "x"})
    wiring.check()
    with pytest.raises(pulumi.RunError) as caught:
        known(wiring, pulumi.Output.secret(f"canary{reference}canary"))
    assert str(caught.value).endswith(f"A of web has a reference in its secret value: {reason}")
    assert "canary" not in str(caught.value)


def test_an_output_that_is_known_before_the_program_ends_waits_for_the_rest(wiring: Wiring) -> None:
    add(wiring, "web", {"A": "x"})
    assert known(wiring, pulumi.Output.from_input("${{store.A}} ${{store.B}}")) is not None
    add(wiring, "store", {"A": "x"})
    assert problems(wiring) == ["A of web has ${{store.B}}: store has no variable B"]


def test_an_input_is_held_back_by_what_leads_nowhere(wiring: Wiring) -> None:
    before = wiring.held("project")
    assert LOOP.run_until_complete(before.future()) == "project"
    add(wiring, "web", {"A": "${{B}}"})
    problems(wiring)
    with pytest.raises(pulumi.RunError, match="web has no variable B"):
        LOOP.run_until_complete(wiring.held("project").future())
