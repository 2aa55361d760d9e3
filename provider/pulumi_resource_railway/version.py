"""The version of provider, schema and SDK, which are released together."""

VERSION = "0.1.0"
