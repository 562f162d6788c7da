"""Where uploaded files lie: a folder, or an S3-compatible bucket where one is configured.

A file's name is the SHA-256 of its content, so the same bytes lie there once and no name comes from
a client. A file is whole and durable before `keep` returns.
"""

import asyncio
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from app.core.config import Settings

_PIECE = 256 * 1024
# A temporary file of an upload that died; living uploads take seconds.
_ABANDONED_SECONDS = 3600
_PATIENCE = timedelta(seconds=10)
_NOTHING = sha256(b"").hexdigest()
# What waiting does not mend: keys and rights, no such bucket, a file where a folder should be.
_REFUSALS = (PermissionError, FileNotFoundError, FileExistsError, NotADirectoryError)


class StorageError(RuntimeError):
    """The storage refuses what it is configured with; the message says what and what to do."""


class Storage(Protocol):
    """Files by the SHA-256 of their content, in hexadecimal; OSError where it cannot be reached."""

    async def keep(self, digest: str, content: bytes) -> None:
        """Write a file, durably and as a whole; the same one again changes nothing."""
        ...

    async def pieces(self, digest: str) -> AsyncIterator[bytes]:
        """A file in pieces; FileNotFoundError before the first one where there is none."""
        ...

    async def remove(self, digest: str) -> None:
        """Take a file away; one that is not there is no error."""
        ...

    def digests(self) -> AsyncIterator[str]:
        """Every file there is."""
        ...


class FolderStorage:
    """`folder/ab/abcd…`; what is being written lies in `folder/incoming`."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._incoming = folder, folder / "incoming"

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    async def keep(self, digest: str, content: bytes) -> None:
        """Write beside, sync, rename, sync the folder."""
        await asyncio.to_thread(self._keep, self._path(digest), content)

    def _keep(self, path: Path, content: bytes) -> None:
        if path.exists():
            return
        for folder in (self._incoming, path.parent):
            folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._incoming)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
        for folder in (path.parent, self._folder):
            _sync_folder(folder)

    async def pieces(self, digest: str) -> AsyncIterator[bytes]:
        """Opened at once, read as the client takes it."""
        file = await asyncio.to_thread(self._path(digest).open, "rb")

        async def read() -> AsyncIterator[bytes]:
            with file:
                while piece := await asyncio.to_thread(file.read, _PIECE):
                    yield piece

        return read()

    async def remove(self, digest: str) -> None:
        """Unlink."""
        await asyncio.to_thread(self._path(digest).unlink, missing_ok=True)

    async def digests(self) -> AsyncIterator[str]:
        """By folder; clears what dead uploads left behind."""
        await asyncio.to_thread(self._clear_incoming)
        for folder in sorted(self._folder.glob("??")):
            for path in await asyncio.to_thread(lambda: sorted(folder.iterdir())):  # noqa: B023  awaited here
                yield path.name

    def _clear_incoming(self) -> None:
        for path in self._incoming.glob("*"):
            if path.stat().st_mtime < time.time() - _ABANDONED_SECONDS:
                path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class BucketStorage:
    """An S3-compatible bucket; a PUT is atomic and durable by its contract."""

    def __init__(self, config: Settings) -> None:
        try:
            from obstore.store import S3Store  # noqa: PLC0415  15 MB that a folder never needs
        except ModuleNotFoundError as error:
            raise StorageError("a bucket needs the extra: uv sync --extra s3") from error
        secret = config.evidence_secret_key
        given: dict[str, Any] = {
            "endpoint": config.evidence_endpoint,
            "region": config.evidence_region,
            "access_key_id": config.evidence_access_key_id,
            "secret_access_key": secret.get_secret_value() if secret else None,
        }
        self._store = S3Store(
            config.evidence_bucket,
            prefix="evidence",
            client_options={
                "allow_http": (config.evidence_endpoint or "").startswith("http://"),
                "timeout": _PATIENCE,
            },
            # A transaction waits for it.
            retry_config={"max_retries": 2, "retry_timeout": _PATIENCE},
            **{name: value for name, value in given.items() if value},
        )

    async def keep(self, digest: str, content: bytes) -> None:
        """One PUT."""
        with _reaching():
            await self._store.put_async(digest, content, use_multipart=False)

    async def pieces(self, digest: str) -> AsyncIterator[bytes]:
        """One GET, streamed."""
        with _reaching():
            found = await self._store.get_async(digest)

        async def read() -> AsyncIterator[bytes]:
            async for piece in found.stream(min_chunk_size=_PIECE):
                yield bytes(piece)

        return read()

    async def remove(self, digest: str) -> None:
        """One DELETE."""
        with _reaching():
            await self._store.delete_async(digest)

    async def digests(self) -> AsyncIterator[str]:
        """By pages of the listing."""
        with _reaching():
            async for page in self._store.list():
                for item in page:
                    yield item["path"].rpartition("/")[2]


@contextmanager
def _reaching() -> Iterator[None]:
    """The library's own errors as OSError; a file that is not there is one already."""
    from obstore import exceptions  # noqa: PLC0415  as above

    try:
        yield
    except FileNotFoundError:
        raise
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
        raise PermissionError(str(error)) from error
    except exceptions.BaseError as error:
        raise OSError(str(error)) from error


def storage_of(config: Settings) -> Storage:
    """As configured; a folder unless a bucket is named."""
    if config.evidence_bucket:
        return BucketStorage(config)
    return FolderStorage(config.evidence_folder or config.data_dir / "evidence")


async def probe(storage: Storage) -> None:
    """Write and remove a file without content, which no evidence is.

    StorageError where keys, rights, bucket or folder are wrong; OSError where nobody answers.
    """
    try:
        await storage.keep(_NOTHING, b"")
        await storage.remove(_NOTHING)
    except _REFUSALS as error:
        message = f"evidence storage: {first_line(error)} (look at YINFENG_EVIDENCE_*)"
        raise StorageError(message) from error


def first_line(error: OSError) -> str:
    """What happened, without the library's whole story and the store's XML."""
    return re.split(r"\n|: <\?xml", str(error))[0]
