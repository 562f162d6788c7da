"""What the server promises beyond single requests: refusing in time, surviving, ending."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.core.admission import Admission
from tests.world import World

ROOT = Path(__file__).parents[2]


async def test_one_request_too_many_is_refused_at_once() -> None:
    held, release = asyncio.Event(), asyncio.Event()

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        held.set()
        await release.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    transport = httpx2.ASGITransport(Admission(app, limit=1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
        first = asyncio.ensure_future(client.get("/"))
        await held.wait()
        refused = await client.get("/")
        assert (refused.status_code, refused.json()["code"]) == (503, "busy")
        assert refused.headers["retry-after"] == "1"
        release.set()
        assert (await first).status_code == 204
        assert (await client.get("/")).status_code == 204


async def test_statements_survive_a_migration(world: World) -> None:
    """Prepared before a table changed shape, they are prepared anew and nobody notices."""
    company = (await world.officer.post("/companies", {"name": "A"})).json()
    path = f"/companies/{company['id']}"
    await world.officer.seen(path)
    await world.database.execute("ALTER TABLE companies ADD COLUMN added text DEFAULT 'x'")
    await world.database.execute("ALTER TABLE companies ALTER COLUMN website TYPE varchar(400)")
    try:
        for number in range(20):
            assert (await world.officer.seen(path))["name"] == "A"
            reply = await world.officer.post("/companies", {"name": f"B{number}"})
            assert reply.status_code == 201, reply.text
    finally:
        await world.database.execute("ALTER TABLE companies DROP COLUMN added")
        await world.database.execute("ALTER TABLE companies ALTER COLUMN website TYPE varchar")


async def test_large_answers_are_compressed_for_those_who_ask(world: World) -> None:
    batch = [{"name": f"公司{number}", "notes": "长" * 1000} for number in range(60)]
    reply = await world.officer.post("/companies/batch", {"items": batch})
    assert reply.status_code == 207
    asked = {"Accept-Encoding": "gzip"}
    large = await world.officer.get("/companies?limit=60", headers=asked)
    small = await world.officer.get("/companies?limit=1", headers=asked)
    plain = await world.officer.get("/companies?limit=60", headers={"Accept-Encoding": "identity"})
    assert large.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in small.headers
    assert "content-encoding" not in plain.headers
    assert large.json() == plain.json()


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# Run at the start of every Python: the workers are slower than a supervisor's usual patience.
SLOW = "import sys, time; '--multiprocessing-fork' in sys.orig_argv and time.sleep(12)"


@pytest.fixture
async def server(
    database_url: str, port: int, tmp_path: Path, world: World
) -> AsyncIterator[Process]:
    """Two workers under a supervisor, all of which is ended."""
    assert world
    (tmp_path / "sitecustomize.py").write_text(SLOW)
    settings = {
        "YINFENG_MODE": "development",
        "YINFENG_WORKERS": "2",
        "YINFENG_PORT": str(port),
        "YINFENG_DATABASE_URL": database_url,
        "YINFENG_DATA_DIR": str(tmp_path),
        "PYTHONPATH": str(tmp_path),
    }
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from app.cli import cli; cli()",
        "serve",
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=DEVNULL,
        stderr=DEVNULL,
        start_new_session=True,
    )
    yield server
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    await server.wait()


@pytest.mark.long
async def test_slow_workers_start_and_do_not_outlive_a_supervisor_that_was_killed(
    server: Process, port: int
) -> None:
    async with asyncio.timeout(100):
        await _until(port, is_up=True)
        server.send_signal(signal.SIGKILL)
        await _until(port, is_up=False)


async def _until(port: int, *, is_up: bool) -> None:
    """The port is served, or can be taken again."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        while True:
            try:
                reply = await client.get("/health/ready", timeout=5)
                if is_up and reply.status_code == 200:
                    return
            except httpx2.TransportError:
                if not is_up:
                    return
            await asyncio.sleep(0.05)
