"""Fuzz the API as a new user would start it: `python tests/fuzz/run.py [examples]`.

Three seeds, one role each, all checks of schemathesis on, stateful on; the server is a real process
with its own throw-away database. Exits with 1 at the first seed that finds anything.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

PASSWORD = "Fuzzing-2026-safe"
SEEDS = {"1": "officer", "2": "leader", "3": "system_admin"}
# These end the run's own log-in or close an account at random.
LEFT_OUT = ("log_out", "change_password", "update_officer", "change_officer_role")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(base: str) -> None:
    """Until the server is ready, a minute at most."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{base}/health/ready", timeout=2)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not become ready")


def log_in(base: str, username: str) -> str:
    """A token for a demo account."""
    form = urllib.parse.urlencode({"username": username, "password": PASSWORD}).encode()
    with urllib.request.urlopen(f"{base}/api/v1/sessions", form) as reply:
        return json.load(reply)["access_token"]


def fuzz(base: str, seed: str, token: str, examples: str) -> int:
    """One run of schemathesis; its exit code."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{base}/openapi.json",
        "--checks=all",
        "--phases=examples,coverage,fuzzing,stateful",
        "--continue-on-failure",
        "--warnings=off",
        f"--max-examples={examples}",
        f"--seed={seed}",
        f"--header=Authorization: Bearer {token}",
        *(f"--exclude-operation-id={name}" for name in LEFT_OUT),
    ]
    return subprocess.run(command, check=False).returncode


def main() -> int:
    """Start, fuzz three times, stop."""
    examples = sys.argv[1] if len(sys.argv) > 1 else "100"
    wanted = sys.argv[2:] or list(SEEDS)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="yinfeng-") as folder:
        Path(folder).chmod(0o755)
        settings = {
            "YINFENG_DATA_DIR": folder,
            "YINFENG_PORT": str(port),
            "YINFENG_DEMO_PASSWORD": PASSWORD,
        }
        command = [str(Path(sys.executable).with_name("yinfeng")), "serve"]
        with (Path(folder) / "server.log").open("wb") as log:
            server = subprocess.Popen(command, env=os.environ | settings, stdout=log, stderr=log)
        try:
            wait_for(base)
            return max(fuzz(base, seed, log_in(base, SEEDS[seed]), examples) for seed in wanted)
        finally:
            errors = (Path(folder) / "server.log").read_text().count('"level": "error"')
            print(f"unhandled errors in the server's log: {errors}")
            server.send_signal(signal.SIGTERM)
            server.wait(30)


if __name__ == "__main__":
    sys.exit(main())
