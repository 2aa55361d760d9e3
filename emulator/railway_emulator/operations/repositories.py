"""The caller, and the GitHub repositories that Railway's GitHub App and anybody reaches."""

from railway_emulator.access import Access
from railway_emulator.members import USER
from railway_emulator.repositories import access_to
from railway_emulator.state import Document

from .registry import query


@query("me")
def me(access: Access) -> Document:
    """Answers the user whose token asks; a workspace's or a project's token is nobody's."""
    access.require_user()
    return USER


@query("gitHubRepoAccessAvailable")
def repository_access(access: Access, full_repo_name: str) -> Document:
    """Answers whether the user's GitHub App reaches a repository, and whether everybody does."""
    access.require_user()
    known = access_to(access.railway, full_repo_name)
    return {"hasAccess": known == "app", "isPublic": known == "public"}
