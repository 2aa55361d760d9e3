"""One table of cases a group of rules."""
