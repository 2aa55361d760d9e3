"""Who is a member of the workspace, and so of all its projects: the user whose account it is, and guests."""

from .core import Railway
from .state import Document

USER: Document = {
    "id": "0f5f4d0c-6c0b-4a57-9d4b-2f6f0c1f7c11",
    "name": "Local",
    "email": "local@railway.test",
}


def members(railway: Railway) -> list[Document]:
    """Returns the members, the user first."""
    others = [
        {"id": f"member-{number}", "name": email.partition("@")[0], "email": email}
        for number, email in enumerate(railway.state.members, start=1)
    ]
    return [USER, *others]
