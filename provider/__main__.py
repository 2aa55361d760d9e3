"""The plugin, as the engine starts it: `python -u provider [engine address]`."""

from __future__ import annotations

import os
import sys

# What comes on standard error is shown to the person at the terminal, and gRPC's remarks are none of theirs.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

from pulumi_resource_railway.server import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
