"""The regions there are, deprecated ones included."""

from railway_emulator.access import Access
from railway_emulator.regions import REGIONS, Region
from railway_emulator.state import Document

from .registry import query


@query("regions")
def regions(access: Access, project_id: str | None = None) -> list[Document]:
    """Answers all regions."""
    if project_id is not None:
        access.project(project_id)
    return [_view(region) for region in REGIONS]


def _view(region: Region) -> Document:
    deprecation = (
        {"isDeprecated": True, "replacementRegion": region.replaced_by} if region.replaced_by else None
    )
    return {
        "id": region.airport,
        "name": region.name,
        "country": region.country,
        "location": region.location,
        "region": region.name,
        "workspaceId": None,
        "deploymentConstraints": {"deprecationInfo": deprecation},
    }
