"""Railway's API, as the resources need it: one session, shared by everything that runs at the same time."""
