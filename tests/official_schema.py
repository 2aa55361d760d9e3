"""Railway's official schema, to check against.

It comes from the file that RAILWAY_SCHEMA names, else from the one beside the checkout, else from the crate of
Railway's own command line, where cargo can fetch it.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_client_schema, build_schema

ROOT = Path(__file__).resolve().parents[1]
CRATE, VERSION = "railwayapp", "5.71.0"


@pytest.fixture(scope="session")
def official(tmp_path_factory: pytest.TempPathFactory) -> GraphQLSchema:
    """The schema; where it can't be had, the test is skipped, or fails when `CI` is true."""
    path = Path(os.environ.get("RAILWAY_SCHEMA") or ROOT.parent / "shared" / "railway.graphql")
    if path.exists():
        return build_schema(path.read_text("utf-8"), assume_valid=True)
    found = _from_crate(tmp_path_factory.getbasetemp() / "crate")
    if found is None:
        missing = "Railway's schema: set RAILWAY_SCHEMA to a file that has it, or install cargo"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


def _from_crate(folder: Path) -> GraphQLSchema | None:
    """Lets cargo fetch the crate into its own cache, without building it, and reads the schema in it."""
    cargo = shutil.which("cargo")
    if cargo is None:
        return None
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "src" / "lib.rs").touch()
    manifest = f'[package]\nname = "schema"\nversion = "0.0.0"\n[dependencies]\n{CRATE} = "={VERSION}"\n'
    (folder / "Cargo.toml").write_text(manifest)
    subprocess.run([cargo, "fetch", "--quiet"], cwd=folder, capture_output=True, timeout=280, check=False)
    cargo_home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    unpacked = cargo_home.glob(f"registry/src/*/{CRATE}-{VERSION}/src/gql/schema.json")
    path = next(unpacked, None)
    if path is None:
        return None
    introspection = json.loads(path.read_text("utf-8"))
    return build_client_schema(introspection.get("data", introspection))
