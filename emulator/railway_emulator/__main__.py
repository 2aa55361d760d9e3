"""`python -m railway_emulator`: the local Railway as a process, on a loopback address only."""

import argparse
import ipaddress
import json
import logging
import os
import secrets
import socket
import sys
from pathlib import Path

import uvicorn

from .application import Emulator
from .profiles import PROFILES
from .store import write_privately

DEFAULT_PORT = 8790


class LostAnswers(logging.Filter):
    """Keeps the server from reporting as an error of ours the answers that were to be lost."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is worth reading."""
        error = record.exc_info[1] if record.exc_info else None
        return "Too little data for declared Content-Length" not in str(error)


_LOG_CONFIG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"lost answers": {"()": LostAnswers}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["lost answers"],
            "stream": "ext://sys.stderr",
        }
    },
    "root": {"level": "WARNING", "handlers": ["stderr"]},
}


def arguments(argv: list[str]) -> argparse.Namespace:
    """Returns the command line's choices."""
    parser = argparse.ArgumentParser(
        prog="railway_emulator",
        description="A local Railway. It simulates deployments and runs no containers.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address (default: %(default)s)")
    parser.add_argument(
        "--port",
        type=int,
        default=os.environ.get("RAILWAY_LOCAL_PORT", DEFAULT_PORT),
        help=f"0 for a free one (default: RAILWAY_LOCAL_PORT, or {DEFAULT_PORT})",
    )
    parser.add_argument("--state", type=Path, required=True, help="the file that keeps the state")
    parser.add_argument("--profile", choices=list(PROFILES), default="calm")
    return parser.parse_args(argv)


def listening(host: str, port: int) -> socket.socket:
    """Returns a socket bound to a loopback address. Raises `SystemExit` with a sentence where it can't."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise SystemExit(f"{host} is not an address; give a loopback address such as 127.0.0.1") from None
    if not address.is_loopback:
        raise SystemExit(f"{host} is not a loopback address: the local Railway listens on this machine only")
    server = socket.socket(socket.AF_INET6 if isinstance(address, ipaddress.IPv6Address) else socket.AF_INET)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind((str(address), port))
    except OverflowError:
        raise SystemExit(f"{port} is not a port: choose one between 0 and 65535") from None
    except OSError as error:
        raise SystemExit(
            f"Cannot listen on {address}:{port} ({error.strerror}): "
            "stop what uses that port, or choose another with --port or RAILWAY_LOCAL_PORT"
        ) from None
    return server


def kept_account_token(credentials: Path) -> str:
    """Returns the account's token of an earlier start, or a new one."""
    try:
        token = json.loads(credentials.read_text("utf-8"))["accountToken"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return secrets.token_urlsafe(32)
    return str(token)


def main(argv: list[str]) -> None:
    """Runs the local Railway until it is stopped. Raises `SystemExit` where it can't start."""
    chosen = arguments(argv)
    server = listening(chosen.host, chosen.port)
    host, port = server.getsockname()[:2]
    endpoint = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    credentials = chosen.state.with_name(f"{chosen.state.name}.credentials.json")
    try:
        emulator = Emulator(chosen.state, chosen.profile, kept_account_token(credentials))
    except ValueError:
        raise SystemExit(f"{chosen.state} is not a state file of the local Railway: move it away") from None
    kept = {
        "accountToken": emulator.account_token,
        "controlToken": emulator.control_token,
        "endpoint": f"{endpoint}/graphql/v2",
    }
    write_privately(credentials, json.dumps(kept))
    emulator.railway.save()
    server.listen()
    sys.stdout.write(f"Local Railway listening on {endpoint}\n")
    sys.stdout.flush()
    uvicorn.Server(uvicorn.Config(emulator.app, log_config=_LOG_CONFIG, access_log=False)).run([server])


if __name__ == "__main__":
    main(sys.argv[1:])
