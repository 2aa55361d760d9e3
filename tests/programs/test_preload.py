"""The server's preload, in a real Node.js in front of a stand-in for the application."""

import json
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

from components.preload import PRELOAD, START_COMMAND
from tests.programs.debian import Programs

EXPRESS = """
const application = { settings: {}, set(name, value) { this.settings[name] = value; } };
application.defaultConfiguration = function () { this.set("trust proxy", false); };
module.exports = () => { const made = { ...application, settings: {} }; made.defaultConfiguration(); return made; };
module.exports.application = application;
"""
SERVER = """
const express = require("express");
console.log("at", "postgresql://owner:canary@host:5432/etally", { a: 1 });
console.error(`redis://:canary@host and https://host/a:b@c`);
console.log(JSON.stringify(express().settings));
"""


def test_the_preload_trusts_the_proxies_and_hides_passwords(
    programs: Callable[..., Programs], tmp_path: Path
) -> None:
    found = programs("node")
    module = tmp_path / "node_modules" / "express"
    module.mkdir(parents=True)
    (module / "index.js").write_text(EXPRESS)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "server.js").write_text(SERVER)
    done = subprocess.run(
        shlex.split(START_COMMAND.replace("/tmp/preload.js", str(tmp_path / "preload.js"))),
        cwd=tmp_path,
        env=found.environment({"PRELOAD": PRELOAD, "PROXY_HOPS": "2"}),
        capture_output=True,
        text=True,
        check=True,
    )
    first, settings = done.stdout.splitlines()
    assert first == "at postgresql://owner:***@host:5432/etally { a: 1 }"
    assert done.stderr == "redis://:***@host and https://host/a:b@c\n"
    assert json.loads(settings) == {"trust proxy": 2}
