"""The embedded PostgreSQL server, against the real programs.

The folders lie directly below /tmp: pytest's own `tmp_path` is closed to other accounts.
"""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core import pgbinaries, pgfolder
from app.core.embedded import EmbeddedError, home, running

pytestmark = pytest.mark.long

OWNER = """
import sys
from pathlib import Path
from app.core.embedded import running
with running(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Give a short path that does not exist yet, below a folder that everyone may pass."""
    parent = Path(tempfile.mkdtemp(prefix="yf-", dir="/tmp"))
    parent.chmod(0o711)
    yield parent / "data"
    shutil.rmtree(parent)


def query(url: str, *statements: str) -> list[object]:
    """Run each statement through SQLAlchemy in one transaction; return the last one's column."""

    async def work() -> list[object]:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            results = [await connection.execute(text(statement)) for statement in statements]
            rows = list(results[-1].scalars()) if results[-1].returns_rows else []
        await engine.dispose()
        return rows

    return asyncio.run(work())


def postmaster(data_dir: Path) -> int:
    """Return the process id of the running server."""
    return int((data_dir / "pgdata" / "postmaster.pid").read_text().split()[0])


def log_of(data_dir: Path) -> str:
    """Return everything the server has logged."""
    return (data_dir / "postgres.log").read_text()


def start_owner(data_dir: Path) -> subprocess.Popen[str]:
    """Start another process that owns the server until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_data_survive_a_restart(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("TZ", "Pacific/Chatham")
    half_made = data_dir / "pgdata-killed"
    half_made.mkdir(parents=True)
    data_dir.chmod(0o711)
    with running(data_dir, durable=False) as url:
        query(url, "CREATE TABLE kept (name text)", "INSERT INTO kept VALUES ('引凤')")
        names = query(url, "SELECT current_user::text UNION ALL SELECT current_database()::text")
    assert not (data_dir / "pgdata" / "postmaster.pid").exists()
    assert not half_made.exists()
    with running(data_dir, durable=False) as url:
        assert query(url, "SELECT name FROM kept") == ["引凤"]
        assert query(url, "SHOW fsync") == ["off"]
        assert query(url, "SHOW timezone") != ["Pacific/Chatham"]
    assert names == ["yinfeng", "yinfeng"]


def test_a_durable_server_is_safe_private_and_reads_chinese(data_dir: Path) -> None:
    with running(data_dir) as url:
        for name in (
            "fsync",
            "full_page_writes",
            "synchronous_commit",
            "data_checksums",
        ):
            assert query(url, f"SHOW {name}") == ["on"], name
        assert query(url, "SHOW listen_addresses") == [""]
        assert query(url, "CREATE EXTENSION pg_trgm", "SELECT show_trgm('华为')") != [[]]
        for folder in (data_dir / "pgdata", data_dir / "run"):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert folder.stat().st_uid != 0
        assert stat.S_IMODE((data_dir / "postgres.log").stat().st_mode) == 0o600


def test_the_server_ends_with_a_killed_owner_and_starts_again(data_dir: Path) -> None:
    owner = start_owner(data_dir)
    assert owner.stdout is not None
    url = owner.stdout.readline().strip()
    query(url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (1)")

    async def kill_and_wait_for_the_server() -> None:
        host = make_url(url).query["host"]
        client = await asyncpg.connect(host=host, port=5432, user="yinfeng", database="yinfeng")
        ended = asyncio.Event()
        client.add_termination_listener(lambda _: ended.set())
        owner.kill()
        await asyncio.wait_for(ended.wait(), timeout=30)

    if sys.platform == "linux":
        asyncio.run(kill_and_wait_for_the_server())
    owner.kill()
    owner.communicate()
    with running(data_dir) as url:
        assert query(url, "SELECT n FROM kept") == [1]
    assert "not properly shut down" not in log_of(data_dir)


def test_a_second_opener_is_refused_at_once(data_dir: Path) -> None:
    owner = start_owner(data_dir)
    assert owner.stdout is not None
    owner.stdout.readline()
    with (
        pytest.raises(EmbeddedError, match=f"{data_dir} is in use .* {owner.pid}$"),
        running(data_dir),
    ):
        pass
    owner.communicate("")
    assert owner.returncode == 0


def test_committed_rows_survive_a_killed_server(data_dir: Path) -> None:
    with running(data_dir) as url:
        query(url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        os.kill(postmaster(data_dir), signal.SIGKILL)
    with running(data_dir) as url:
        assert query(url, "SELECT count(*) FROM kept") == [1000]
    assert "not properly shut down" in log_of(data_dir)


def test_a_stale_process_number_does_not_block_the_start(data_dir: Path) -> None:
    with running(data_dir, durable=False):
        lines = (data_dir / "pgdata" / "postmaster.pid").read_text().splitlines()
    account = (data_dir / "pgdata").stat().st_uid
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, user=account) as stranger:
        stale = "\n".join([str(stranger.pid), *lines[1:]])
        (data_dir / "pgdata" / "postmaster.pid").write_text(stale)
        with running(data_dir, durable=False) as url:
            assert query(url, "SELECT 1") == [1]
        assert stranger.poll() is None
        stranger.communicate(b"")


def test_a_long_path_gets_a_short_private_socket_folder(data_dir: Path) -> None:
    deep = data_dir / ("引凤" * 12) / ("d" * 60)
    with running(deep, durable=False) as url:
        assert query(url, "SELECT 1") == [1]
        host = make_url(url).query["host"]
        assert isinstance(host, str)
        sockets = Path(host)
    assert sockets.parent == Path(tempfile.gettempdir())
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    sockets.rmdir()


def test_a_socket_folder_made_by_others_is_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "run"
    foreign.mkdir()
    foreign.chmod(0o755)
    with pytest.raises(EmbeddedError, match="mode 0700"):
        pgfolder.make_private(foreign)


def test_a_failed_start_shows_the_log(data_dir: Path) -> None:
    with running(data_dir, durable=False):
        pass
    (data_dir / "pgdata" / "PG_VERSION").write_text("9.6\n")
    with (
        pytest.raises(EmbeddedError, match="incompatible with server"),
        running(data_dir),
    ):
        pass


def test_a_folder_closed_to_the_servers_account_is_left_alone(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)
    inner = data_dir / "inner"
    expected = Path("/var/lib/yinfeng") if os.geteuid() == 0 else inner
    assert expected in (home(inner), home(inner).parent)
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    (inner / "pgdata").mkdir(parents=True)
    assert home(inner) == inner


def test_missing_programs_are_named(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YINFENG_PG_BINDIR", "/nowhere")
    with pytest.raises(EmbeddedError, match="/nowhere"):
        pgbinaries.locate(data_dir)
