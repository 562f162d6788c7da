"""Run PostgreSQL as a foreground child of this process, without installing it (POSIX only).

The server lives exactly as long as its owner: it is stopped when `running` ends and, on Linux,
by a parent-death signal when the owner is killed; elsewhere the next start stops the orphan.
It listens on a Unix socket only. The socket folder (mode 0700) is the access control: the
server itself trusts whoever can reach it.
"""

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from app.core.config import settings
from app.core.pgbinaries import (
    EmbeddedError,
    InUseError,
    clean_environment,
    failure,
    locate,
    major,
    run,
    size,
    spawn,
)
from app.core.pgfolder import (
    BUILTIN_LOCALE,
    DURABILITY,
    INITDB,
    NAME,
    PORT,
    SETTINGS,
    create,
    exclusive,
    home,
    make_private,
    private_file,
    socket_dir,
)

__all__ = ["EmbeddedError", "database_url", "home", "running", "using"]

logger = logging.getLogger(__name__)

_BUILTIN_LOCALE_MAJOR = 17
_PATIENCE = 60.0
_POLL = 0.01
_RETRY = 0.5
_STILL_USED = "pre-existing shared memory block"


@contextmanager
def running(data_dir: Path, *, durable: bool = True) -> Iterator[str]:
    """Run the server on the cluster in `data_dir` and yield its SQLAlchemy URL (asyncpg).

    The first start creates the cluster, the superuser and the database, all named `yinfeng`.
    `durable=False` gives up crash safety for speed: only for tests. Must be called from the
    main thread, since the death signal follows the thread that started the server.
    Raises EmbeddedError when the folder is in use or the server does not start within 60 s.
    """
    if threading.current_thread() is not threading.main_thread():
        message = "the embedded PostgreSQL server must be started from the main thread"
        raise EmbeddedError(message)
    folder = home(data_dir)
    create(folder)
    with exclusive(folder), private_file(folder / "postgres.log").open("ab") as log:
        bindir = locate(folder)
        sockets = socket_dir(folder)
        _initialise(bindir, folder, log, durable=durable)
        _stop_orphan(folder / "pgdata")
        server = _start(_command(bindir, folder, sockets, durable=durable), folder / "pgdata", log)
        try:
            yield _url(sockets)
        finally:
            if server.poll() is not None:
                logger.error("PostgreSQL had ended by itself, exit code %s", server.returncode)
            _stop(server)


def _url(sockets: Path) -> str:
    return f"postgresql+asyncpg://{NAME}@/{NAME}?host={quote(str(sockets))}&port={PORT}"


@contextmanager
def using(data_dir: Path) -> Iterator[str]:
    """Like `running`, but share the server that another process already runs on `data_dir`."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running(data_dir))
        except InUseError:
            url = _url(socket_dir(home(data_dir)))
        yield url


@contextmanager
def database_url() -> Iterator[str]:
    """The configured database, or the embedded one, shared with a running server."""
    url = settings().database_url
    if url is not None:
        yield url
        return
    with using(settings().data_dir) as own:
        yield own


def _initialise(bindir: Path, folder: Path, log: BinaryIO, *, durable: bool) -> None:
    """Create the cluster with its database unless it exists: complete or not at all.

    LC_CTYPE must be UTF-8: under plain C, pg_trgm silently ignores all Chinese text.
    """
    pgdata = folder / "pgdata"
    for leftover in folder.glob("pgdata-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    if pgdata.exists():
        make_private(pgdata)
        return
    partial = Path(tempfile.mkdtemp(prefix="pgdata-", dir=folder))
    make_private(partial)
    locale = BUILTIN_LOCALE if major(bindir) >= _BUILTIN_LOCALE_MAJOR else ()
    sync = () if durable else ("--no-sync",)
    run((str(bindir / "initdb"), "-D", str(partial), *INITDB, *locale, *sync), b"", log)
    single = (
        str(bindir / "postgres"),
        "--single",
        "-D",
        str(partial),
        "-c",
        "exit_on_error=on",
    )
    run((*single, "postgres"), f"CREATE DATABASE {NAME}\n".encode(), log)
    partial.rename(pgdata)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` survive a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _command(bindir: Path, folder: Path, sockets: Path, *, durable: bool) -> list[str]:
    """Return the server's command line; it overrules whatever the cluster's own files say."""
    quoted = str(sockets).replace('"', '""')
    switch = "on" if durable else "off"
    settings = [*SETTINGS, f'unix_socket_directories="{quoted}"']
    settings += [f"{name}={switch}" for name in DURABILITY]
    flags = [word for setting in settings for word in ("-c", setting)]
    return [str(bindir / "postgres"), "-D", str(folder / "pgdata"), *flags]


def _start(command: Sequence[str], pgdata: Path, log: BinaryIO) -> subprocess.Popen[bytes]:
    """Start the server and return it once it accepts connections; recovery may take its time.

    Backends that outlive a killed postmaster keep the shared memory for a moment: try again.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        begin = size(log)
        server = spawn(command, log, subprocess.DEVNULL)
        try:
            if _becomes_ready(server, pgdata, deadline):
                return server
        except BaseException:
            _stop(server)
            raise
        error = failure("PostgreSQL did not start", log, begin)
        _stop(server)
        if _STILL_USED not in str(error) or time.monotonic() > deadline:
            raise error
        time.sleep(_RETRY)


def _becomes_ready(server: subprocess.Popen[bytes], pgdata: Path, deadline: float) -> bool:
    """Wait until the server is ready (True), has ended or `deadline` (monotonic s) has passed."""
    while server.poll() is None and time.monotonic() < deadline:
        status = _status(pgdata)
        if status[:1] == [str(server.pid)] and status[7:8] == ["ready"]:
            return True
        time.sleep(_POLL)
    return False


def _status(pgdata: Path) -> list[str]:
    """Return the lines of `postmaster.pid`: the 1st is the process id, the 8th the state."""
    try:
        return [line.strip() for line in (pgdata / "postmaster.pid").read_text().splitlines()]
    except FileNotFoundError:
        return []


def _stop_orphan(pgdata: Path) -> None:
    """Stop a server left by an owner that was killed, or wait until it has stopped by itself.

    A stale `postmaster.pid` is removed: after a crash of the machine or container its number may
    belong to another process, for which PostgreSQL would refuse to start. We hold the lock.
    """
    pid = int((_status(pgdata) or ["0"])[0])
    if not _serves(pid, pgdata):
        (pgdata / "postmaster.pid").unlink(missing_ok=True)
        return
    logger.warning("Stopping the PostgreSQL server %s that lost its owner", pid)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + _PATIENCE
    while _serves(pid, pgdata):
        if time.monotonic() > deadline:
            message = f"the process {pid} still serves {pgdata} after {_PATIENCE:.0f} s: stop it"
            raise EmbeddedError(message)
        time.sleep(_POLL)


def _serves(pid: int, pgdata: Path) -> bool:
    """Say whether the process `pid` is a live server on `pgdata`, not a reuse of its number."""
    if pid <= 0:
        return False
    if sys.platform == "linux":
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
        except (FileNotFoundError, ProcessLookupError):
            return False
    else:
        ps = ("ps", "-ww", "-o", "command=", "-p", str(pid))
        line = subprocess.run(ps, env=clean_environment(), capture_output=True, check=False).stdout
    return b"postgres -D " + os.fsencode(pgdata) + b" -c" in line


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Shut the server down: fast (SIGINT), and only if that hangs immediately (SIGQUIT)."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()
