"""The engine of bin/pulumi runs Python programs, providers and policy packs, and leaves no process behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PULUMI = CHECKOUT / "bin" / "pulumi"
CANARY = "canary-3b1f7c"

SCHEMA = {
    "name": "tiny",
    "version": "0.1.0",
    "namespace": "example",
    "resources": {
        "tiny:index:Thing": {
            "properties": {"size": {"type": "integer"}},
            "inputProperties": {"size": {"type": "integer"}},
            "required": ["size"],
            "requiredInputs": ["size"],
        }
    },
    "language": {
        "python": {
            "packageName": "example_tiny",
            "pyproject": {"enabled": True},
            "respectSchemaVersion": True,
        }
    },
}

PROVIDER = """
    import asyncio
    import os
    import pathlib

    import grpc
    from google.protobuf import empty_pb2
    from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc


    class Tiny(provider_pb2_grpc.ResourceProviderServicer):
        async def GetPluginInfo(self, request, context):
            return plugin_pb2.PluginInfo(version="0.1.0")

        async def CheckConfig(self, request, context):
            return provider_pb2.CheckResponse(inputs=request.news)

        async def Configure(self, request, context):
            return provider_pb2.ConfigureResponse(acceptSecrets=True, acceptOutputs=True)

        async def Check(self, request, context):
            return provider_pb2.CheckResponse(inputs=request.news)

        async def Diff(self, request, context):
            return provider_pb2.DiffResponse(changes=1 if request.news == request.old_inputs else 2)

        async def Create(self, request, context):
            if note := os.environ.get("TINY_WAITS"):
                pathlib.Path(note).write_text(str(os.getpid()))
                await asyncio.sleep(60)
            return provider_pb2.CreateResponse(id="a-thing", properties=request.properties)

        async def Delete(self, request, context):
            return empty_pb2.Empty()

        async def Cancel(self, request, context):
            return empty_pb2.Empty()


    async def serve():
        server = grpc.aio.server()
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(Tiny(), server)
        print(server.add_insecure_port("127.0.0.1:0"), flush=True)
        await server.start()
        await server.wait_for_termination()


    asyncio.run(serve())
"""

PROGRAM = """
    import example_tiny
    import pulumi

    configuration = pulumi.Config()
    thing = example_tiny.Thing("thing", size=configuration.require_int("size"))
    pulumi.export("size", thing.size)
    pulumi.export("password", configuration.get_secret("password"))
"""

PACK = """
    from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy


    def small(arguments, report):
        if arguments.resource_type == "tiny:index:Thing" and arguments.props["size"] > 10:
            report("a thing is larger than 10")


    PolicyPack(
        "tiny",
        enforcement_level=EnforcementLevel.MANDATORY,
        policies=[ResourceValidationPolicy(name="small", description="Things are small.", validate=small)],
    )
"""


@dataclass(frozen=True)
class Workshop:
    """A project with a provider and a policy pack, and a private home and backend for the engine."""

    folder: Path

    @property
    def project(self) -> Path:
        return self.folder / "project"

    def write(self, path: str, content: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(content))

    def environment(self, **variables: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
        return kept | {
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.folder}",
            "PULUMI_CONFIG_PASSPHRASE": "a passphrase",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            **variables,
        }

    def pulumi(self, *arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(PULUMI), *arguments, "--non-interactive", "--color", "never"],
            cwd=self.project,
            env=self.environment(**variables),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def install(package: Path, environment: Path) -> None:
    """Install a package into a new virtual environment that sees the packages of this one; offline."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
    offline = ("--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *offline, "--target", str(site), str(package)], check=True
    )


def descendants(ancestor: int) -> set[int]:
    """The numbers of all processes that a process has started, directly or not."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    parents = {int(process): int(parent) for process, parent in map(str.split, listed.stdout.splitlines())}
    found: set[int] = set()
    layer = {ancestor}
    while layer:
        layer = {process for process, parent in parents.items() if parent in layer}
        found |= layer
    return found


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The project with its stack `dev`. The virtual environment is named relative to each project file."""
    workshop = Workshop(tmp_path_factory.mktemp("workshop"))
    workshop.write("schema.json", json.dumps(SCHEMA))
    runtime = "runtime: {name: python, options: {virtualenv: ../venv, toolchain: pip}}\n"
    plugins = "plugins: {providers: [{name: tiny, path: ../provider}]}\n"
    workshop.write("project/Pulumi.yaml", f"name: project\n{runtime}{plugins}")
    workshop.write("project/__main__.py", PROGRAM)
    workshop.write("provider/PulumiPlugin.yaml", f"name: tiny\n{runtime}")
    workshop.write("provider/__main__.py", PROVIDER)
    workshop.write("pack/PulumiPolicy.yaml", f"name: tiny\nversion: 0.0.1\n{runtime}")
    workshop.write("pack/__main__.py", PACK)
    succeeded(
        workshop.pulumi("package", "gen-sdk", "../schema.json", "--language", "python", "--out", "../sdk")
    )
    install(workshop.folder / "sdk" / "python", workshop.folder / "venv")
    succeeded(workshop.pulumi("stack", "init", "dev"))
    succeeded(workshop.pulumi("config", "set", "size", "3"))
    succeeded(workshop.pulumi("config", "set", "--secret", "password", stdin=CANARY))
    return workshop


@pytest.fixture(scope="module")
def applied(workshop: Workshop) -> str:
    """What the engine printed when it applied the stack."""
    return succeeded(workshop.pulumi("up", "--yes", "--skip-preview", "--policy-pack", "../pack"))


@pytest.mark.xdist_group("language_host")
class TestLanguageHost:
    def test_it_generates_sdks(self, workshop: Workshop) -> None:
        generated = workshop.folder / "sdk" / "python" / "example_tiny"
        assert "class Thing(" in (generated / "thing.py").read_text()
        assert json.loads((generated / "pulumi-plugin.json").read_text())["name"] == "tiny"

    def test_it_runs_program_provider_and_policy_pack(self, workshop: Workshop, applied: str) -> None:
        assert "+ 2 created" in applied
        assert "tiny@v0.0.1" in applied
        assert json.loads(succeeded(workshop.pulumi("stack", "output", "--json")))["size"] == 3
        assert "2 unchanged" in succeeded(workshop.pulumi("preview", "--expect-no-changes"))

    def test_secrets_of_the_configuration_are_secret_in_the_program(
        self, workshop: Workshop, applied: str
    ) -> None:
        assert "password: [secret]" in applied
        state = succeeded(workshop.pulumi("stack", "export"))
        assert CANARY not in applied + state
        assert succeeded(workshop.pulumi("stack", "output", "password", "--show-secrets")).strip() == CANARY

    def test_a_policy_pack_stops_a_preview(self, workshop: Workshop) -> None:
        large = workshop.folder / "large.yaml"
        shutil.copy(workshop.project / "Pulumi.dev.yaml", large)
        succeeded(workshop.pulumi("config", "set", "size", "30", "--config-file", str(large)))
        done = workshop.pulumi("preview", "--policy-pack", "../pack", "--config-file", str(large))
        assert done.returncode != 0
        assert "a thing is larger than 10" in done.stdout

    def test_an_error_of_the_program_is_shown_once(self, workshop: Workshop) -> None:
        workshop.write(
            "broken/Pulumi.yaml", "name: project\nruntime: {name: python, options: {virtualenv: ../venv}}\n"
        )
        workshop.write("broken/__main__.py", 'raise ValueError("no such setting")\n')
        done = workshop.pulumi("preview", "--stack", "dev", "--cwd", "../broken")
        output = done.stdout + done.stderr
        assert done.returncode != 0
        assert output.count("ValueError: no such setting") == 1
        assert "non-zero exit code" not in output

    def test_a_missing_virtual_environment_is_named(self, workshop: Workshop) -> None:
        workshop.write(
            "bare/Pulumi.yaml", "name: project\nruntime: {name: python, options: {virtualenv: ../none}}\n"
        )
        workshop.write("bare/__main__.py", "")
        done = workshop.pulumi("preview", "--stack", "dev", "--cwd", "../bare")
        assert done.returncode != 0
        assert "../none" in done.stdout + done.stderr

    def test_it_describes_the_python_it_runs(self, workshop: Workshop) -> None:
        output = succeeded(workshop.pulumi("about"))
        assert str(workshop.folder / "venv" / "bin" / "python") in output

    def test_it_finds_the_packages_whose_sdks_are_installed(self, workshop: Workshop) -> None:
        script = CHECKOUT / "tools" / "engine" / "languagehost" / "required_packages.py"
        python = workshop.folder / "venv" / "bin" / "python"
        done = subprocess.run([str(python), str(script)], capture_output=True, text=True, check=True)
        found = {package["package"]: package["plugin"] for package in json.loads(done.stdout)}
        assert found["example_tiny"] == {"resource": True, "name": "tiny", "version": "0.1.0"}

    def test_a_killed_engine_leaves_no_process_behind(self, workshop: Workshop) -> None:
        if shutil.which("pulumi") and os.environ.get("BIN_PULUMI") != "pinned":
            pytest.skip("the installed engine has a language host of its own")
        stack = ("--stack", "killed")
        succeeded(workshop.pulumi("stack", "init", "killed", "--no-select"))
        succeeded(workshop.pulumi("config", "set", "size", "3", *stack))
        note = workshop.folder / "provider-process"
        engine = subprocess.Popen(
            [
                str(PULUMI),
                "up",
                *stack,
                "--yes",
                "--skip-preview",
                "--policy-pack",
                "../pack",
                "--non-interactive",
            ],
            cwd=workshop.project,
            env=workshop.environment(TINY_WAITS=str(note)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 30
        while not note.exists():
            assert engine.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        started = descendants(engine.pid)
        # The language host, the program, the provider and the policy pack.
        assert len(started) >= 4
        engine.kill()
        engine.wait()
        try:
            deadline = time.monotonic() + 15
            while any(map(lives, started)):
                assert time.monotonic() < deadline, [process for process in started if lives(process)]
                time.sleep(0.1)
        finally:
            for process in filter(lives, started):
                os.kill(process, signal.SIGKILL)
