import pytest

from railway_emulator import CALM, Emulator, ManualClock, Profile
from tests.emulator.client import World


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def profile() -> Profile:
    return CALM


@pytest.fixture
def emulator(profile: Profile, clock: ManualClock) -> Emulator:
    return Emulator(profile=profile, clock=clock)


@pytest.fixture
def world(emulator: Emulator) -> World:
    return World(emulator)
