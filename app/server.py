"""Starting the API: the database, what has to be prepared, then uvicorn in the foreground.

This process serves or supervises: what only the start needs ends with another.
"""

import importlib
import multiprocessing
import os
import secrets
import signal
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn

from app.core import embedded
from app.core.config import Settings, settings
from app.core.secrets import kept_secret

Prepare = Callable[[str], None]
# Forked it finds everything imported; elsewhere than on Linux a fork beside threads may hang.
_FORK = "fork" if sys.platform == "linux" else None


def serve(prepare: Prepare) -> None:
    """Serve until a signal; blocks. `prepare` does what the database at a URL needs before."""
    signal.signal(signal.SIGTERM, _stop_in_order)
    try:
        with embedded.database_url() as url:
            _serve(settings(), url, prepare)
    except embedded.EmbeddedError as error:
        sys.exit(f"{error}")


def _stop_in_order(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _serve(config: Settings, url: str, prepare: Prepare) -> None:
    _share_with_workers(config, url)
    if config.workers == 1:
        importlib.import_module("app.worker")
    _in_a_process_of_its_own(prepare, url)
    uvicorn.run(
        "app.worker:application",
        factory=True,
        host=config.host,
        port=config.port,
        workers=config.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
        # A worker answers once it has imported everything: on a loaded machine not within the
        # usual 5 seconds, and it would be ended and started anew for ever.
        timeout_worker_healthcheck=60,
    )


def _share_with_workers(config: Settings, url: str) -> None:
    """Other processes read the same settings; what was made here travels by environment."""
    if config.secret_key is None:
        secret = kept_secret(config.data_dir / "secret_key", lambda: secrets.token_hex(32))
        os.environ["YINFENG_SECRET_KEY"] = secret
    os.environ["YINFENG_DATABASE_URL"] = url
    settings.cache_clear()


def _in_a_process_of_its_own(prepare: Prepare, url: str) -> None:
    """What it imports and reads is no memory of a process that serves."""
    child = multiprocessing.get_context(_FORK).Process(target=prepare, args=(url,))
    child.start()
    try:
        child.join()
    finally:
        child.terminate()
    if child.exitcode:
        sys.exit(1)
