"""Every GraphQL document that the resources send, by family. Tests validate each against Railway's schema."""

from __future__ import annotations

from typing import Final

from pulumi_resource_railway.railway.documents import environments, networking, projects, services, storage
from pulumi_resource_railway.railway.documents.document import PAGE, Document

__all__ = ["DOCUMENTS", "PAGE", "Document"]

DOCUMENTS: Final = tuple(
    value
    for family in (environments, networking, projects, services, storage)
    for value in vars(family).values()
    if isinstance(value, Document)
)
