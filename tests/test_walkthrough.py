"""docs/walkthrough*.md as a new user works through it: `yinfeng serve`, a new zone, bash and curl.

Every ```sh block is run in one shell; the block after it is what it printed. Ids and days differ
from run to run and are compared by their shape. `YINFENG_WRITE_WALKTHROUGH=1` writes the answers
anew; review the difference.
"""

import os
import re
import shutil
import subprocess
import sys
from asyncio import create_subprocess_exec, to_thread
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fuzz.run import free_port, wait_for
from tests.world import World

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "docs" / name for name in ("walkthrough.md", "walkthrough-landing.md")]
SERVE = [sys.executable, "-c", "from app.cli import cli; cli()", "serve"]
# One block of commands, and the answer below it where the page shows one.
BLOCK = re.compile(r"```sh\n(.*?)```\n(?:```(?:json|text)\n(.*?)```\n)?", re.DOTALL)
VARIES = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b|20\d\d-\d\d-\d\d")
END = "\x1e"
BASH = shutil.which("bash") or ""


@pytest.fixture
async def shell(world: World, database_url: str, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """The environment of a user beside a server that has just made its demo zone."""
    for program in ("bash", "curl"):
        if shutil.which(program) is None:
            pytest.fail(f"{program} is needed: apt-get install {program}")
    await world.with_gates()
    port = free_port()
    given = {
        "YINFENG_DATABASE_URL": database_url,
        "YINFENG_DATA_DIR": str(tmp_path / ".data"),
        "YINFENG_PORT": str(port),
        "YINFENG_WORKERS": "1",
    }
    server = await create_subprocess_exec(*SERVE, cwd=ROOT, env=os.environ | given, stdout=DEVNULL)
    try:
        await to_thread(wait_for, f"http://127.0.0.1:{port}")
        yield {**os.environ, "HERE": str(tmp_path), "API": f"http://127.0.0.1:{port}/api/v1"}
    finally:
        server.terminate()
        await server.wait()


def answers(shell: dict[str, str], blocks: list[str]) -> list[str]:
    """What each block printed; all run in one shell, one after the other."""
    script = "cd $HERE\n" + "".join(f"{block}\nprintf '{END}'\n" for block in blocks)
    ran = subprocess.run(
        [BASH, "-c", script], env=shell, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        check=False, timeout=100, encoding="utf-8",
    )  # fmt: skip
    return ran.stdout.split(END)[:-1]


def comparable(answer: str) -> str:
    return VARIES.sub("…", answer.strip())


@pytest.mark.long
async def test_the_walkthrough_is_true(shell: dict[str, str]) -> None:
    texts = {page: page.read_text() for page in PAGES}
    blocks = [match for page in PAGES for match in BLOCK.finditer(texts[page])]
    printed = await to_thread(answers, shell, [match[1] for match in blocks])
    if os.environ.get("YINFENG_WRITE_WALKTHROUGH"):
        _write(texts, printed)
        return
    assert len(printed) == len(blocks)
    for match, answer in zip(blocks, printed, strict=True):
        assert comparable(answer) == comparable(match[2] or ""), match[1]


def _write(texts: dict[Path, str], printed: list[str]) -> None:
    """Fill the answers in; one that says the same stays as it is."""
    left = iter(printed)

    def filled(match: re.Match[str]) -> str:
        answer = next(left)
        if match[2] is None or comparable(answer) == comparable(match[2]):
            return match[0]
        start, end = match.span(2)
        return match[0][: start - match.start()] + answer + match[0][end - match.start() :]

    for page in PAGES:
        page.write_text(BLOCK.sub(filled, texts[page]))


def test_the_pages_are_short() -> None:
    assert all(len(page.read_text().splitlines()) <= 250 for page in PAGES)
