"""References, compared with what is there before anything is sent."""

from collections.abc import Mapping
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


class Anything(Nothing):
    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return f"{args.name}-id", dict(args.inputs)


@pytest.fixture
def wiring() -> Wiring:
    mocks.set_mocks(Anything(), project="p", stack="s", preview=False)
    return Wiring()


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
