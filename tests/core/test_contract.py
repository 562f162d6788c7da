"""The contract over HTTP: what is committed, made outside the process that answers."""

import asyncio
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.core.docs import Contract
from tests.world import World

COMMITTED = Path(__file__).parents[2] / "docs/openapi.json"


async def test_the_document_is_made_by_a_process_of_its_own(app: FastAPI, world: World) -> None:
    app.openapi_schema = None
    first, second = await asyncio.gather(
        *(world.nobody.get("/openapi.json") for _ in range(2)),
    )
    assert first.headers["content-type"] == "application/json"
    assert first.content == second.content == COMMITTED.read_bytes()
    assert app.openapi_schema is None


async def test_the_pages_ask_for_it(world: World) -> None:
    page = await world.nobody.get("/docs")
    assert "url: '/openapi.json'" in page.text


def counting(file: Path, exit_code: int) -> tuple[str, ...]:
    """A command that leaves a letter in a file, prints and ends."""
    code = f"open({str(file)!r}, 'a').write('x'); print('made'); raise SystemExit({exit_code})"
    return (sys.executable, "-c", code)


async def test_it_is_made_once_for_all_who_wait(tmp_path: Path) -> None:
    contract = Contract(counting(tmp_path / "made", 0))
    assert await asyncio.gather(*(contract.body() for _ in range(5))) == [b"made\n"] * 5
    assert (tmp_path / "made").read_text() == "x"


async def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    contract = Contract(counting(tmp_path / "made", 3))
    for _ in range(2):
        with pytest.raises(RuntimeError, match="exit code 3"):
            await contract.body()
    assert (tmp_path / "made").read_text() == "xx"


async def test_whoever_leaves_holds_nobody_up(tmp_path: Path) -> None:
    """The process that was waited for is ended; the next one asks anew."""
    contract = Contract((sys.executable, "-c", "import signal; signal.pause()"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await contract.body()
    contract._command = counting(tmp_path / "made", 0)
    assert await contract.body() == b"made\n"
