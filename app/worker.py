"""What a worker process runs; it ends when its supervisor has ended."""

import multiprocessing
import os
import signal
import threading
from typing import Any

from fastapi import FastAPI

from app.core import logging
from app.main import create_app


def application() -> FastAPI:
    """The factory that the server is given."""
    logging.configure()
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        threading.Thread(target=_end_with, args=(supervisor,), daemon=True).start()
    return create_app()


def _end_with(supervisor: Any) -> None:  # multiprocessing names no type for it
    """A supervisor that was killed cannot stop its workers, and they would keep the port.

    Also one that was killed before this worker had begun.
    """
    supervisor.join()
    os.kill(os.getpid(), signal.SIGTERM)
