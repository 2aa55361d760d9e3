"""How Railway reaches GitHub's repositories. Unless told otherwise, its GitHub App is installed on each."""

from .core import Railway
from .state import RepositoryAccess


def access_to(railway: Railway, repository: str) -> RepositoryAccess:
    """Returns how a repository, `owner/name`, is reached; GitHub doesn't tell upper from lower case in it."""
    return railway.state.repositories.get(repository.lower(), "app")


def set_access(railway: Railway, repository: str, access: RepositoryAccess) -> None:
    """Installs the GitHub App on a repository, or takes it away, and with it the repository's pushes."""
    railway.state.repositories[repository.lower()] = access
