"""The plugin, as the engine starts it: `python -u provider [engine address]`."""

from __future__ import annotations

import sys

from pulumi_resource_railway.server import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
