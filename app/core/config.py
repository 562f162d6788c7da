"""Settings: `YINFENG_*` variables and an optional `.env`; every one is listed in `.env.example`."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DRIVER = "postgresql+asyncpg://"


# Of PostgreSQL's default 100 connections; the rest is for administrators and commands.
_CONNECTIONS = 80


def _cores() -> int:
    """The cores that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return min(len(usable(0)) if usable else os.cpu_count() or 1, 16)


def _share_of_connections(data: dict[str, Any]) -> int:
    """Each worker has two pools."""
    return max(2, min(8, _CONNECTIONS // (2 * data.get("workers", 1))))


class Settings(BaseSettings):
    """All that may differ between two installations."""

    model_config = SettingsConfigDict(env_prefix="YINFENG_", env_file=".env", extra="ignore")

    mode: Literal["demo", "development", "production"] = "demo"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    workers: Annotated[int, Field(ge=1, le=64)] = Field(default_factory=_cores)
    data_dir: Path = Path(".data")
    database_url: str | None = None
    pool_size: Annotated[int, Field(ge=1, le=100)] = Field(default_factory=_share_of_connections)
    secret_key: SecretStr | None = None
    demo_password: SecretStr | None = None
    cors_origins: Annotated[list[str], NoDecode] = []
    evidence_folder: Path | None = None
    evidence_bucket: str | None = None
    evidence_endpoint: str | None = None
    evidence_region: str | None = None
    evidence_access_key_id: str | None = None
    evidence_secret_key: SecretStr | None = None
    limit_concurrency: Annotated[int, Field(ge=1)] = 400

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _name_the_driver(cls, value: str | None) -> str | None:
        """SQLAlchemy 2.1 reads a bare `postgresql://` as psycopg."""
        if value is None or value.startswith(DRIVER):
            return value
        for scheme in ("postgresql://", "postgres://"):
            if value.startswith(scheme):
                return DRIVER + value.removeprefix(scheme)
        message = "a PostgreSQL URL is needed: postgresql://user:password@host/database"
        raise ValueError(message)

    @model_validator(mode="after")
    def _production_is_explicit(self) -> Self:
        if self.mode == "production" and not (self.secret_key and self.database_url):
            message = "production needs YINFENG_SECRET_KEY and YINFENG_DATABASE_URL"
            raise ValueError(message)
        if self.mode == "demo" and self.host not in {"127.0.0.1", "localhost", "::1"}:
            message = "demo accounts exist on loopback only: set YINFENG_MODE or YINFENG_HOST"
            raise ValueError(message)
        return self


@lru_cache
def settings() -> Settings:
    """Read once per process."""
    return Settings()
