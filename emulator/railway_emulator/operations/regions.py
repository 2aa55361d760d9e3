"""The regions there are, deprecated ones included."""

from ..access import Access
from ..regions import REGIONS, Region
from ..state import Document
from .registry import query


@query("regions")
def regions(access: Access, project_id: str | None = None) -> list[Document]:
    if project_id is not None:
        access.project(project_id)
    return [_view(region) for region in REGIONS]


def _view(region: Region) -> Document:
    deprecation = {"isDeprecated": True, "replacementRegion": region.replaced_by} if region.replaced_by else None
    return {
        "id": region.airport,
        "name": region.name,
        "country": region.country,
        "location": region.location,
        "region": region.name,
        "workspaceId": None,
        "deploymentConstraints": {"deprecationInfo": deprecation},
    }
