"""The servers measured: the product as `yinfeng serve` starts it, and the limit."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.client import HOST
from benchmarks.cluster import dsn

ROOT = Path(__file__).parents[1]
# Not the installed script: that may stand for the package of another tree than this one.
YINFENG = (sys.executable, "-c", "from app.cli import cli; cli()")
# As the product starts itself: what is switched off would be on again in another interpreter.
UNPOSTED = (sys.executable, "-OO", "-m", "benchmarks.unposted")
_PATIENCE = 60.0
_TAIL = 4000


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def ours(
    data_dir: Path,
    url: str | None = None,
    command: Sequence[str] = YINFENG,
    mode: str = "development",
) -> Iterator[tuple[int, int]]:
    """The product on a database of its own, or on `url`: its process id and port."""
    port = free_port()
    more = {"YINFENG_DATABASE_URL": url} if url else {}
    # One worker, in whose process all CPU and memory is.
    settings = {"YINFENG_MODE": mode, "YINFENG_DATA_DIR": str(data_dir), "YINFENG_WORKERS": "1"}
    with _running([*command, "serve"], settings | {"YINFENG_PORT": str(port)} | more) as pid:
        _wait(f"http://{HOST}:{port}/health/ready")
        yield pid, port


@contextmanager
def limit(url: str) -> Iterator[tuple[int, int]]:
    """The limit: its process id and port."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.limit", dsn(url), str(port)]
    with _running(command, {}) as pid:
        _wait_for_port(port)
        yield pid, port


@contextmanager
def _running(command: Sequence[str], settings: dict[str, str]) -> Iterator[int]:
    environment = {name: v for name, v in os.environ.items() if not name.startswith("YINFENG_")}
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment | settings, stdout=log, stderr=log
        )
        try:
            yield server.pid
        except (TimeoutError, AssertionError):
            log.seek(0)
            sys.stderr.write(log.read()[-_TAIL:].decode(errors="replace"))
            raise
        finally:
            server.terminate()
            server.wait(_PATIENCE)


def _wait(url: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=5) as reply:  # noqa: S310  our own server
                if reply.status == 200:
                    return
        except (URLError, ConnectionError):
            time.sleep(0.01)
    message = f"{url} did not answer within {_PATIENCE:.0f} s"
    raise TimeoutError(message)


def _wait_for_port(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.01)
    message = f"nothing listens on port {port}"
    raise TimeoutError(message)
