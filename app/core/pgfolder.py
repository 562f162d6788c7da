"""The cluster of the embedded PostgreSQL server: its settings, folders, and who may enter them."""

import fcntl
import hashlib
import logging
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.pgbinaries import NOBODY, EmbeddedError, InUseError

logger = logging.getLogger(__name__)

NAME = "yinfeng"
PORT = 5432
_SOCKET_PATH_LIMIT = 100
_ROOT_HOMES = Path("/var/lib") / NAME

INITDB = (
    f"--username={NAME}",
    "--encoding=UTF8",
    "--locale=C",
    "--lc-ctype=C.UTF-8",
    "--auth-local=trust",
    "--auth-host=reject",
    "--data-checksums",
)
BUILTIN_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
SETTINGS = (
    "listen_addresses=",
    f"port={PORT}",
    "unix_socket_permissions=0700",
    "max_connections=100",
    # For a small zone's data in memory and on an SSD; nothing here weakens durability.
    "shared_buffers=256MB",
    "wal_buffers=16MB",
    "effective_cache_size=1GB",
    "random_page_cost=1.1",
)
DURABILITY = ("fsync", "full_page_writes", "synchronous_commit")


def home(data_dir: Path) -> Path:
    """Return the folder that really holds the cluster of `data_dir`.

    It is `data_dir` itself unless we are root and the unprivileged account of the server cannot
    get there (say, below /root): permissions of folders that are not ours are never loosened.
    An existing cluster always wins, so a change of permissions never shows an empty database.
    """
    wanted = data_dir.absolute().resolve()
    if os.geteuid() != 0 or (wanted / "pgdata").exists():
        return wanted
    fallback = _ROOT_HOMES / _digest(wanted)
    if _traversable(wanted) and not (fallback / "pgdata").exists():
        return wanted
    logger.warning(
        "The server's account cannot reach %s: PostgreSQL uses %s instead",
        wanted,
        fallback,
    )
    return fallback


def _digest(path: Path) -> str:
    """Return a short stable name for `path`."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _traversable(path: Path) -> bool:
    """Say whether everyone may pass through all existing folders down to `path`."""
    return all(p.stat().st_mode & stat.S_IXOTH for p in (path, *path.parents) if p.exists())


def create(folder: Path) -> None:
    """Create the missing folders down to `folder`; those, and only those, get our mode."""
    if folder.is_dir():
        return
    create(folder.parent)
    folder.mkdir()
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def private_file(path: Path) -> Path:
    """Return `path` as a file of mode 0600: the server's log quotes failing statements."""
    path.touch(mode=0o600)
    return path


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the kernel frees when its owner dies; never wait for it."""
    with private_file(folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            message = f"{folder} is in use by the process {lock.read().strip() or '(unknown)'}"
            raise InUseError(message) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def socket_dir(folder: Path) -> Path:
    """Return a private folder for the socket whose path fits the kernel's limit (107 bytes).

    Paths with `:` or `,` are avoided too: database URLs use them to separate hosts and ports.
    """
    temporary = Path(tempfile.gettempdir()) / f"{NAME}-{_digest(folder)}"
    for candidate in (folder / "run", temporary):
        path = os.fsencode(candidate / f".s.PGSQL.{PORT}")
        if len(path) < _SOCKET_PATH_LIMIT and not set(path) & set(b":,"):
            make_private(candidate)
            return candidate
    message = f"no usable path for the socket: shorten {folder} or set TMPDIR to a shorter path"
    raise EmbeddedError(message)


def make_private(folder: Path) -> None:
    """Make `folder` one that only the server's account may use; refuse one made by a stranger."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    account = NOBODY if os.geteuid() == 0 else os.geteuid()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid in {os.geteuid(), account}
    if not ours or found.st_mode & 0o077:
        message = f"{folder} must be a folder of mode 0700 that belongs to uid {account}"
        raise EmbeddedError(message)
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY, follow_symlinks=False)
