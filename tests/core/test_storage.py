"""The two storages keep the same promises; the bucket's over HTTP, against a small S3."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from app.core.config import Settings
from app.core.storage import FolderStorage, Storage, StorageError, probe, storage_of

ROOT = Path(__file__).parents[2]
CONTENT = bytes(range(256)) * 3000
DIGEST = sha256(CONTENT).hexdigest()


class Bucket(BaseHTTPRequestHandler):
    """PUT, GET, DELETE and the listing of one bucket, as the S3 API has them."""

    held: ClassVar[dict[str, bytes]] = {}

    @property
    def key(self) -> str:
        return self.path.partition("?")[0].removeprefix("/zone/")

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Mon, 05 Jan 2026 08:00:00 GMT")
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        assert "AWS4-HMAC-SHA256" in self.headers["Authorization"]
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if "Credential=key/" not in self.headers["Authorization"]:
            self.answer(403, b'<?xml version="1.0"?><Error><Code>InvalidAccessKeyId</Code></Error>')
        elif not self.path.startswith("/zone/"):
            self.answer(404, b'<?xml version="1.0"?><Error><Code>NoSuchBucket</Code></Error>')
        else:
            self.held[self.key] = content
            self.answer(200)

    def do_GET(self) -> None:
        if "Credential=key/" not in self.headers["Authorization"]:
            self.answer(403, b"<Error><Code>InvalidAccessKeyId</Code></Error>")
        elif "list-type=2" in self.path:
            self.answer(200, self.listing())
        elif self.key in self.held:
            self.answer(200, self.held[self.key])
        else:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_POST(self) -> None:
        """Several are deleted at once, by a document."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        keys = re.findall("<Key>(.*?)</Key>", body)
        for key in keys:
            self.held.pop(key, None)
        gone = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        self.answer(200, f"<DeleteResult>{gone}</DeleteResult>".encode())

    def listing(self) -> bytes:
        items = "".join(
            f"<Contents><Key>{key}</Key><Size>{len(content)}</Size>"
            "<LastModified>2026-01-05T08:00:00.000Z</LastModified><ETag>1</ETag></Contents>"
            for key, content in self.held.items()
        )
        return (
            f"<ListBucketResult><IsTruncated>false</IsTruncated>{items}</ListBucketResult>".encode()
        )

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    Bucket.held.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Bucket) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def bucket(endpoint: str, **more: str) -> Storage:
    return storage_of(
        Settings.model_validate(
            {
                "mode": "development",
                "evidence_bucket": "zone",
                "evidence_endpoint": endpoint,
                "evidence_region": "cn-north-1",
                "evidence_access_key_id": "key",
                "evidence_secret_key": "secret",
                **more,
            }
        )
    )


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, endpoint: str, tmp_path: Path) -> Storage:
    return bucket(endpoint) if request.param == "bucket" else FolderStorage(tmp_path / "evidence")


async def listed(storage: Storage) -> list[str]:
    return [digest async for digest in storage.digests()]


async def test_what_is_kept_comes_back_until_it_is_removed(storage: Storage) -> None:
    assert await listed(storage) == []
    for _ in range(2):
        await storage.keep(DIGEST, CONTENT)
    assert await listed(storage) == [DIGEST]
    assert b"".join([piece async for piece in await storage.pieces(DIGEST)]) == CONTENT
    for _ in range(2):
        await storage.remove(DIGEST)
    assert await listed(storage) == []
    with pytest.raises(FileNotFoundError):
        await storage.pieces(DIGEST)


async def test_a_bucket_holds_it_under_its_hash(endpoint: str) -> None:
    await bucket(endpoint).keep(DIGEST, CONTENT)
    assert Bucket.held == {f"evidence/{DIGEST}": CONTENT}


async def test_what_a_dead_upload_left_is_no_file_and_is_cleared(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    await storage.keep(DIGEST, CONTENT)
    (tmp_path / "incoming" / "dead").write_bytes(b"half")
    (tmp_path / "incoming" / "alive").write_bytes(b"half")
    os.utime(tmp_path / "incoming" / "dead", (0, 0))
    assert await listed(storage) == [DIGEST]
    assert [path.name for path in (tmp_path / "incoming").iterdir()] == ["alive"]


async def test_a_bucket_out_of_reach_is_an_error_of_the_system() -> None:
    away = bucket("http://127.0.0.1:1")
    with pytest.raises(OSError, match="error"):
        await away.keep(DIGEST, CONTENT)
    with pytest.raises(OSError, match="error"):
        await listed(away)
    with pytest.raises(OSError, match="error"):
        await probe(away)


async def test_a_probe_leaves_nothing(storage: Storage) -> None:
    await probe(storage)
    assert await listed(storage) == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"evidence_access_key_id": "other"}, "privileges.*403 Forbidden .look at"),
        ({"evidence_bucket": "nowhere"}, "not found.*/nowhere/"),
    ],
)
async def test_wrong_keys_and_no_bucket_are_told(
    endpoint: str, more: dict[str, str], told: str
) -> None:
    wrong = bucket(endpoint, **more)
    with pytest.raises(StorageError, match=told):
        await probe(wrong)
    with pytest.raises(OSError, match=r"40[34]"):
        await wrong.keep(DIGEST, CONTENT)


async def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("")
    with pytest.raises(StorageError, match="evidence"):
        await probe(FolderStorage(tmp_path / "evidence"))


@pytest.mark.long
def test_the_server_does_not_start_with_wrong_keys(
    endpoint: str, database_url: str, tmp_path: Path
) -> None:
    given = {
        "YINFENG_DATABASE_URL": database_url,
        "YINFENG_DATA_DIR": str(tmp_path),
        "YINFENG_EVIDENCE_BUCKET": "zone",
        "YINFENG_EVIDENCE_ENDPOINT": endpoint,
        "YINFENG_EVIDENCE_ACCESS_KEY_ID": "other",
        "YINFENG_EVIDENCE_SECRET_KEY": "secret",
    }
    command = [sys.executable, "-c", "from app.cli import cli; cli()"]
    for arguments, told in (["serve"], "look at"), (["evidence", "sweep"], "cannot be read"):
        ended = subprocess.run(
            [*command, *arguments], env=os.environ | given, cwd=ROOT, stdout=subprocess.PIPE,
            check=False, timeout=60, encoding="utf-8",
        )  # fmt: skip
        assert ended.returncode == 1
        assert told in " ".join(ended.stdout.split())


@pytest.mark.long
def test_a_folder_needs_no_library() -> None:
    code = "import app.main, sys; sys.exit('obstore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
