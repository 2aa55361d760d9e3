"""This distribution's version."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("railway-emulator")
except PackageNotFoundError:
    VERSION = "0.0.0"
