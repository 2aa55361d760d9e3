"""Writes what the settings say about themselves into their documentation and into the project's file."""
