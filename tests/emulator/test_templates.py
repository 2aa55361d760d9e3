"""Templates (railway-api §17): what Railway's own databases are made of."""

import pytest

from tests.emulator.client import RefusedError, World

ASK = "query($code: String, $id: String) { template(code: $code, id: $id) { id code name status serializedConfig } }"


def test_postgres_is_an_image_a_volume_and_variables(world: World) -> None:
    template = world.ask(ASK, code="postgres")
    assert (template["code"], template["status"]) == ("postgres", "PUBLISHED")
    (service,) = template["serializedConfig"]["services"].values()
    assert service["source"]["image"].startswith("ghcr.io/railwayapp-templates/postgres-ssl:")
    assert [mount["mountPath"] for mount in service["volumeMounts"].values()] == ["/var/lib/postgresql/data"]
    assert service["deploy"]["requiredMountPath"] == "/var/lib/postgresql/data"
    assert service["networking"]["tcpProxies"] == {"5432": {}}
    assert service["variables"]["POSTGRES_PASSWORD"]["defaultValue"].startswith("${{secret(32, ")
    assert service["variables"]["PGHOST"]["defaultValue"] == "${{RAILWAY_PRIVATE_DOMAIN}}"


@pytest.mark.parametrize("code", ["redis", "mysql", "mongo"])
def test_each_database_is_found_by_code_and_by_id(world: World, code: str) -> None:
    template = world.ask(ASK, code=code)
    assert world.ask(ASK, id=template["id"]) == template
    assert world.ask(ASK, code=code)["id"] == template["id"]


def test_what_does_not_exist_is_not_found(world: World) -> None:
    with pytest.raises(RefusedError, match="Template not found"):
        world.ask(ASK, code="nothing-like-it")
    with pytest.raises(RefusedError, match="Template not found"):
        world.ask('query { template(owner: "somebody", repo: "something") { id } }')


def test_something_must_be_asked_for(world: World) -> None:
    with pytest.raises(RefusedError, match="Invalid input"):
        world.ask("query { template { id } }")
