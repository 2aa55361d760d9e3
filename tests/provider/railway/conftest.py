from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# A loaded machine is no defect of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
