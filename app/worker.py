"""What a worker process runs; it ends when its supervisor has ended."""

import os
import signal
import threading
import time

from fastapi import FastAPI

from app.core import logging
from app.main import create_app

_LOOK_SECONDS = 1.0


def application() -> FastAPI:
    """The factory that the server is given."""
    logging.configure()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    return create_app()


def _end_with(parent: int) -> None:
    """A supervisor that was killed cannot stop its workers, and they would keep the port."""
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
