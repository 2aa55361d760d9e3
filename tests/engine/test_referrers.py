"""What refers to a service or a domain follows its changes, on the real engine: once, after them, and it resolves."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.stage import Stage, program_beside, stage
from tools.local.state import write_private

pytestmark = [pytest.mark.xdist_group("referrers"), pytest.mark.timeout(600)]


def program(
    *, name: str = "database", address: str = "postgres://one", label: str = "first-shop", host: str = "web"
) -> str:
    return f"""
import pulumi
import pulumiverse_railway as railway

project = railway.Project("shop")
place = {{"project_id": project.id, "environment_id": project.default_environment_id}}
database = railway.Service(
    "database", name="{name}", source={{"image": "postgres:16"}}, variables={{"URL": "{address}"}}, **place
)
web = railway.Service("web", source={{"image": "nginx:1"}}, **place)
other = railway.Service("other", source={{"image": "nginx:1"}}, **place)
domain = railway.ServiceDomain(
    "domain", subdomain="{label}", target_port=80, service_id={host}.id, **place
)
wired = railway.variables_with_references(
    {{"DATABASE": railway.reference(database, "URL"), "SITE": pulumi.Output.concat("https://", domain.domain)}}
)
railway.Service(
    "app",
    source={{"image": "app:1"}},
    variables=wired.variables,
    redeploy_triggers=wired.redeploy_triggers,
    **place,
)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("referrers")
    with stage(folder / "state", program_beside(folder / "program", program())) as prepared:
        prepared.configure()
        yield prepared


def deployed(shop: Stage) -> Counter[str]:
    return Counter(one["serviceName"] for one in shop.environment["deployments"])


def change(shop: Stage, **changes: str) -> Counter[str]:
    """Bring the changed program up; return what it deployed."""
    before = deployed(shop)
    (shop.program / "__main__.py").unlink()
    write_private(shop.program / "__main__.py", program(**changes))
    shop.run("up").succeeded()
    return deployed(shop) - before


def seen(shop: Stage) -> dict[str, Any]:
    """What the referrer that runs sees of its variables."""
    variables: dict[str, Any] = shop.deployments("app")[-1]["snapshot"]["variables"]
    return {name: variables[name] for name in ("DATABASE", "SITE")}


def test_each_referrer_follows_once(shop: Stage) -> None:
    shop.run("up").succeeded()
    assert deployed(shop) == {"database": 1, "web": 1, "other": 1, "app": 1}
    site = "https://first-shop.up.railway.app"
    assert seen(shop) == {"DATABASE": "postgres://one", "SITE": site}

    assert change(shop, name="store") == {"app": 1}  # a rename deploys nothing of the service itself
    assert seen(shop) == {"DATABASE": "postgres://one", "SITE": site}

    assert change(shop, name="store", address="postgres://two") == {"store": 1, "app": 1}
    assert seen(shop) == {"DATABASE": "postgres://two", "SITE": site}
    source, referrer = shop.deployments("store")[-1], shop.deployments("app")[-1]
    healthy = [one["at"] for one in source["history"] if one["status"] == "SUCCESS"]
    assert healthy
    assert healthy[0] <= referrer["createdAt"]

    two = {"name": "store", "address": "postgres://two", "label": "second-shop"}
    assert change(shop, **two) == {"app": 1}
    assert seen(shop)["SITE"] == "https://second-shop.up.railway.app"

    # Under the same name, a domain that leads elsewhere changes nothing that who refers to it sees.
    assert change(shop, **two, host="other") == {}
    assert seen(shop) == {"DATABASE": "postgres://two", "SITE": "https://second-shop.up.railway.app"}
    assert shop.run("up", "--expect-no-changes").succeeded().operations == []
