"""Building blocks of an application on Railway, one component a module."""
