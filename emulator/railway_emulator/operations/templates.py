"""Templates: the databases that Railway itself offers."""

from railway_emulator.access import Access
from railway_emulator.errors import InvalidInput, NotFound
from railway_emulator.state import Document
from railway_emulator.templates import TEMPLATES, Template

from .registry import query

_SINCE = "2024-01-01T00:00:00.000000Z"


@query("template")
def template(
    _access: Access,
    code: str | None = None,
    identifier: str | None = None,
    owner: str | None = None,
    repo: str | None = None,
) -> Document:
    """Answers a template by its code or id; none of ours is a repository's."""
    if code is None and identifier is None and (owner is None or repo is None):
        raise InvalidInput("give a template's code, id, or owner and repo")
    found = [one for one in TEMPLATES if identifier in (None, one.id) and code in (None, one.code)]
    if len(found) != 1 or owner is not None or repo is not None:
        raise NotFound("Template")
    return _view(found[0])


def _view(record: Template) -> Document:
    return {
        "id": record.id,
        "code": record.code,
        "name": record.name,
        "description": record.description,
        "category": "Storage",
        "image": None,
        "status": "PUBLISHED",
        "isApproved": True,
        "isV2Template": True,
        "isVerified": True,
        "createdAt": _SINCE,
        "updatedAt": _SINCE,
        "workspaceId": None,
        "serializedConfig": record.config,
    }
