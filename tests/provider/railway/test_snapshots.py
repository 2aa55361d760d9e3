"""An environment's snapshot holds all pages, and nothing that Railway lists although it is deleted."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.railway.clock import Clock
from pulumi_resource_railway.railway.errors import NotFound
from pulumi_resource_railway.railway.snapshots import Snapshots

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.railway.client import Status
    from pulumi_resource_railway.railway.documents import Document

pytestmark = pytest.mark.anyio
Rows = list[dict[str, Any]]
SECTIONS = (
    ("project", "services", "id"),
    ("project", "volumes", "id"),
    ("environment", "serviceInstances", "serviceId"),
    ("environment", "volumeInstances", "volumeId"),
)


class Railway:
    """Answers with a page of one row at a time."""

    def __init__(self, rows: dict[str, Rows], **environment: Any) -> None:
        self.rows = rows
        named = {"id": "e", "name": "production", "projectId": "p"}
        kind = {"isEphemeral": False, "sourceEnvironment": None}
        self.environment = {**named, **kind, "config": {}, **environment}

    async def read(
        self, _document: Document, variables: Mapping[str, Any], _status: Status
    ) -> dict[str, dict[str, Any]]:
        position = int(variables.get("after") or 0)
        data: dict[str, dict[str, Any]] = {"environment": dict(self.environment), "project": {}}
        for owner, name, _ in SECTIONS:
            rows = self.rows.get(name, [])
            data[owner][name] = {
                "edges": [{"node": row} for row in rows[position : position + 1]],
                "pageInfo": {"hasNextPage": position + 1 < len(rows), "endCursor": str(position + 1)},
            }
        return data

    def snapshots(self) -> Snapshots:
        return Snapshots(self.read, Clock(), "p", "e")


async def test_every_page_is_read() -> None:
    rows: dict[str, Rows] = {
        name: [{key: f"{name} {number}", "name": ""} for number in range(count)]
        for (_, name, key), count in zip(SECTIONS, itertools.count(2), strict=False)
    }
    snapshot = await Railway(rows).snapshots().fresh()
    found = (snapshot.services, snapshot.volumes, snapshot.service_instances, snapshot.volume_instances)
    assert [len(each) for each in found] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    "sign",
    [
        {"deletedAt": "2026-01-01T00:00:00Z"},
        {"isPendingDeletion": True},
        {"state": "DELETING"},
        {"state": "DELETED"},
    ],
)
async def test_what_is_deleted_is_left_out(sign: dict[str, Any]) -> None:
    rows: dict[str, Rows] = {
        "services": [{"id": "gone", "deletedAt": "2026-01-01T00:00:00Z"}, {"id": "kept", "deletedAt": None}],
        "serviceInstances": [{"serviceId": "gone", **sign}, {"serviceId": "kept"}],
        "volumeInstances": [{"volumeId": "gone", **sign}, {"volumeId": "kept", "state": "READY"}],
    }
    snapshot = await Railway(rows).snapshots().fresh()
    found = (snapshot.services, snapshot.service_instances, snapshot.volume_instances)
    assert [set(each) for each in found] == [{"kept"}] * 3
    assert snapshot.pending_volumes == {"gone"}


@pytest.mark.parametrize("sign", [{"deletedAt": "2026-01-01T00:00:00Z"}, {"syncStatus": "DELETING"}])
async def test_a_deleted_domain_is_left_out(sign: dict[str, Any]) -> None:
    domains = {"serviceDomains": [{"id": "gone", **sign}, {"id": "kept", "syncStatus": "ACTIVE"}]}
    rows = {"serviceInstances": [{"serviceId": "web", "domains": domains}]}
    snapshot = await Railway(rows).snapshots().fresh()
    assert [row["id"] for row in snapshot.domains("web", "serviceDomains")] == ["kept"]


async def test_a_deleted_environment_is_not_found() -> None:
    with pytest.raises(NotFound, match="is deleted"):
        await Railway({}, deletedAt="2026-01-01T00:00:00Z").snapshots().fresh()
