"""What all tests share."""

from tests.official_schema import official

__all__ = ["official"]
