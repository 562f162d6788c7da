"""What a worker's memory must not hold: libraries that only a command or a rare request needs."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ELSEWHERE = {"openpyxl", "typer", "rich", "alembic", "mako", "app.commands", "app.demo"}


@pytest.mark.parametrize(
    "spawned", ["import app.cli", "import app.server", "from app.worker import application"]
)
def test_a_worker_imports_no_library_of_commands(spawned: str) -> None:
    """Spawn imports the console script's module anew, and then the factory; one alone serves."""
    code = (
        f"{spawned}; import sys, app.main as m; m.create_app(database_url='postgresql+asyncpg://unused');"
        "print('app.models' in sys.modules, *sys.modules)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.startswith("True ")
    assert not ELSEWHERE & {*done.stdout.split()}
