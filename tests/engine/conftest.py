"""Stages that a module's tests share: what an `up` takes is paid once."""

from collections.abc import Iterator

import pytest

from tests.engine.stage import Stage, stage


@pytest.fixture(scope="module")
def etally(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The program of this checkout, configured and not yet up."""
    with stage(tmp_path_factory.mktemp("etally")) as prepared:
        prepared.configure()
        yield prepared
