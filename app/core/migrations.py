"""Alembic from inside the package: upgrade, and which revision is the newest."""

from functools import lru_cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from alembic import command

_FOLDER = Path(__file__).parents[2] / "alembic"


def _config(url: str = "") -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["url"] = url
    return config


@lru_cache
def head_revision() -> str | None:
    """The newest revision in the code."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def upgrade(url: str) -> None:
    """Bring a database to the newest revision; runs its own event loop."""
    command.upgrade(_config(url), "head")


def check(url: str) -> None:
    """Raise where the models say more or less than the migrations."""
    command.check(_config(url))


def revise(url: str, message: str) -> None:
    """Write a new revision from the difference between models and database."""
    command.revision(_config(url), message, autogenerate=True)
