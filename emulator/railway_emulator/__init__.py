"""A local Railway: Railway's public GraphQL API in front of simulated deployments. It runs no containers."""

from .application import Emulator, create_app
from .clock import Clock, ManualClock, SystemClock
from .profiles import CALM, REALISTIC, Profile
from .version import VERSION

__all__ = [
    "CALM",
    "REALISTIC",
    "VERSION",
    "Clock",
    "Emulator",
    "ManualClock",
    "Profile",
    "SystemClock",
    "create_app",
]
