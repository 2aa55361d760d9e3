"""The graph of each stack on a local Railway in this process: every variable renders to something."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from railway_emulator import Emulator
from tests.emulator.client import World
from tests.program.conftest import SECRETS, Configure
from tests.program.graph import Graph, Secret, run_program

ROOT = Path(__file__).parents[2]

AS_IT_IS: Mapping[str, Any] = {}
EVERYTHING: Mapping[str, Any] = {
    "redis": {"snapshots": True},
    "api": {"replicas": {"europe-west4-drams3a": 2}, "nodeOptions": "--max-old-space-size=512"},
    "monitoring": {"enabled": True, "notify": "webhook"},
    "backup": {"enabled": True, "bucket": "vault", "endpoint": "https://s3.example.org"},
}
"""What a stack may choose in addition."""
PRIVATE: Mapping[str, Any] = {"storage": {"access": "private"}, "domains": {"storage": None}}
"""Without a public address for the storage."""


def groups_of(stack: str, choices: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a stack's file, with its secrets and further choices."""
    config = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    written = {
        key.removeprefix("etally:"): value for key, value in config.items() if key.startswith("etally:")
    }
    groups = {**written, "secrets": SECRETS}
    for name, members in choices.items():
        merged = {**groups.get(name, {}), **members}
        groups[name] = {key: value for key, value in merged.items() if value is not None}
    return {
        name: group if isinstance(group, Mapping) else json.dumps(group) for name, group in groups.items()
    }


def shown(value: Any) -> Any:
    """A value without its marks of secretness: what Railway is sent."""
    if isinstance(value, Secret):
        return shown(value.value)
    if isinstance(value, Mapping):
        return {key: shown(member) for key, member in value.items()}
    return value


def rendered(graph: Graph) -> dict[str, dict[str, str]]:
    """The variables of each service as a container would get them, once everything of the graph is there."""
    railway = World(Emulator())
    services = graph.services()
    ids = {name: railway.row(name) for name in services}
    railway.commit(
        {
            "services": {
                ids[name]: {
                    "isCreated": True,
                    "source": {"image": "stand-in:1"},
                    "variables": {key: {"value": value} for key, value in shown(inputs["variables"]).items()},
                    "volumeMounts": {
                        railway.volume_create(): {"mountPath": mount["mountPath"]}
                        for mount in inputs.get("volumeMounts") or []
                    },
                }
                for name, inputs in services.items()
            }
        }
    )
    logical = {f"{each.name}-id": each.inputs["name"] for each in graph.of_type("Service").values()}
    for domain in graph.of_type("ServiceDomain").values():
        owner = ids[logical[domain.inputs["serviceId"]]]
        railway.service_domain(owner, targetPort=domain.inputs["targetPort"])
    for domain in graph.of_type("CustomDomain").values():
        railway.custom_domain(ids[logical[domain.inputs["serviceId"]]], domain.inputs["domain"])
    return {
        name: railway.ask(
            "query($p: String!, $e: String!, $s: String!)"
            "{ variables(projectId: $p, environmentId: $e, serviceId: $s) }",
            p=railway.project,
            e=railway.environment,
            s=identifier,
        )
        for name, identifier in ids.items()
    }


@pytest.mark.parametrize(
    "choices", [AS_IT_IS, EVERYTHING, PRIVATE], ids=["as-it-is", "everything", "private"]
)
@pytest.mark.parametrize("stack", ["local", "staging", "production"])
def test_every_variable_renders_to_something(
    configure: Configure, stack: str, choices: Mapping[str, Any]
) -> None:
    configure(**groups_of(stack, choices))
    graph = run_program()
    found = rendered(graph)
    assert found.keys() >= {f"etally-{name}" for name in ("postgres", "redis", "minio", "api", "frontend")}
    for service, inputs in graph.services().items():
        variables = {name: found[service].get(name, "") for name in inputs["variables"]}
        assert {name for name, value in variables.items() if not value} == set(), service
        assert {name for name, value in variables.items() if "${{" in value} == set(), service


def test_references_render_to_what_they_name(configure: Configure) -> None:
    configure(**groups_of("production", EVERYTHING))
    found = rendered(run_program())
    api, postgres = found["etally-api"], found["etally-postgres"]
    assert api["DATABASE_URL"].startswith(
        f"postgresql://postgres:{SECRETS['postgresPassword']}@etally-postgres.railway.internal:5432/etally?"
    )
    assert postgres["PGPASSWORD"] == SECRETS["postgresPassword"]
    assert api["MINIO_ENDPOINT"] == "storage.etally.example"
    assert api["MINIO_SECRET_KEY"] == SECRETS["minioApplicationPassword"]
    assert SECRETS["redisPassword"] in found["etally-redis-exporter"]["REDIS_ADDR"]
