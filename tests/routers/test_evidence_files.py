"""Evidence over HTTP: what is taken, how it comes back, and that it is never lost."""

import asyncio
import io
import struct
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from app.core.storage import storage_of
from app.services import evidence_files
from tests.world import Client, World, problem
from tests.writes.evidence import PDF, uploaded

LIMIT = 20 * 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(17)


def archive(*names: str, content: bytes = b"<xml/>", **more: Any) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, **more) as made:
        for name in names:
            made.writestr(name, content)
    return held.getvalue()


DOCX, XLSX = (
    ("[Content_Types].xml", "word/document.xml"),
    ("[Content_Types].xml", "xl/workbook.xml"),
)
OFFICE = "application/vnd.openxmlformats-officedocument"
TAKEN = {
    "application/pdf": PDF,
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0" + bytes(40),
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(30),
    f"{OFFICE}.wordprocessingml.document": archive(*DOCX),
    f"{OFFICE}.spreadsheetml.sheet": archive(*XLSX),
    "application/ofd": archive("OFD.xml", "Doc_0/Document.xml"),
}
REFUSED = {
    "empty": (b"", "file_empty"),
    "html": (b"<!DOCTYPE html><script>alert(1)</script>", "file_kind_refused"),
    "html that is also a PDF": (b"<html>" + PDF, "file_kind_refused"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "file_kind_refused"),
    "script": (b"alert(1)", "file_kind_refused"),
    "executable": (b"MZ\x90\x00" + bytes(60), "file_kind_refused"),
    "gif": (b"GIF89a" + bytes(20), "file_kind_refused"),
    "png without its header": (b"\x89PNG\r\n\x1a\n" + bytes(20), "file_kind_refused"),
    "riff that is a wave": (b"RIFF\x24\x00\x00\x00WAVE", "file_kind_refused"),
    "plain archive": (archive("a.txt"), "file_kind_refused"),
    "archive cut short": (archive(*DOCX)[:-30], "file_kind_refused"),
    "script before an archive": (b"<script>" + archive(*DOCX), "file_kind_refused"),
    "bomb": (archive(*DOCX, content=bytes(5_000_000)), "file_unsafe"),
    "too many entries": (archive(*DOCX, *(f"{n}" for n in range(1000))), "file_unsafe"),
    "macros": (archive(*DOCX, "word/vbaProject.bin"), "file_unsafe"),
}


def names_in(folder: Path) -> set[str]:
    """The files in the storage."""
    return {path.name for path in folder.rglob("*") if path.is_file()}


async def sent(client: Client, content: bytes, name: str = "a.pdf", **form: str) -> Any:
    data = {"kind": "licence", **form}
    return await client.request(
        "POST", "/evidence-files", data=data, files={"file": (name, content)}
    )


@pytest.mark.parametrize("media_type", TAKEN)
async def test_a_file_comes_back_as_it_was(world: World, media_type: str) -> None:
    content = TAKEN[media_type]
    file = await uploaded(world.officer, content, kind="licence", dated_on="2026-01-05")
    digest = sha256(content).hexdigest()
    assert (file["media_type"], file["size"], file["sha256"]) == (media_type, len(content), digest)
    assert (file["name"], file["dated_on"]) == ("协议.pdf", "2026-01-05")
    got = await world.officer.get(f"/evidence-files/{file['id']}/content")
    assert got.content == content
    assert got.headers["content-type"] == media_type
    assert got.headers["etag"] == f'"{digest}"'
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
    saved = got.headers["content-disposition"]
    assert saved.startswith(f'attachment; filename="licence-{file["id"]}.')


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_is_not_taken_leaves_nothing(
    world: World, kind: str, evidence_folder: Path
) -> None:
    content, code = REFUSED[kind]
    before = await world.fingerprint(), names_in(evidence_folder)
    refused = problem(await sent(world.officer, content), 422, "invalid_values")
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [("/file", code)]
    assert (await world.fingerprint(), names_in(evidence_folder)) == before


async def test_twenty_megabytes_and_not_a_byte_more(world: World) -> None:
    whole = PDF + bytes(LIMIT - len(PDF))
    assert (await sent(world.officer, whole)).status_code == 201
    before = await world.fingerprint()
    problem(await sent(world.officer, whole + b"\x00"), 413, "too_large")
    problem(await sent(world.officer, whole + bytes(100_000)), 413, "too_large")
    assert await world.fingerprint() == before


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "../../etc/passwd"),
        ("C:\\Windows\\system32\\x.pdf", "x.pdf"),
        ('a"; filename="b.html', 'a"; filename="b.html'),
        ("fdp.\u202egpj", "fdp.gpj"),
        ("长" * 300, "长" * 200),
        ("a\x00b.pdf", "ab.pdf"),
        (" ", "-"),
    ],
)
async def test_a_name_is_text_and_never_a_path(
    world: World, name: str, kept: str, evidence_folder: Path
) -> None:
    form = (
        b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nlicence\r\n--x\r\n'
        b'Content-Disposition: form-data; name="file"; filename="'
        + name.replace("\\", "\\\\").replace('"', '\\"').encode()
        + b'"\r\n\r\n' + PDF + b"\r\n--x--\r\n"
    )  # fmt: skip
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    reply = await world.officer.request("POST", "/evidence-files", content=form, headers=headers)
    assert reply.status_code == 201, reply.text
    file = reply.json()
    assert file["name"] == kept
    got = await world.officer.get(f"/evidence-files/{file['id']}/content")
    assert got.headers["content-disposition"].count('"') == 2
    assert {len(found) for found in names_in(evidence_folder)} == {64}


async def test_form_fields_are_checked(world: World) -> None:
    for form, pointer in (
        ({"kind": "virus"}, "/kind"),
        ({"dated_on": "2199-01-01"}, "/dated_on"),
        ({"dated_on": "yesterday"}, "/dated_on"),
    ):
        refused = problem(await sent(world.officer, PDF, **form), 422, "invalid_values")
        assert [error["pointer"] for error in refused["errors"]] == [pointer]


async def test_a_file_without_its_row_is_swept_and_no_other(
    world: World, app: FastAPI, evidence_folder: Path
) -> None:
    file = await uploaded(world.officer)
    storage = storage_of(app.state.settings)
    lost = sha256(b"lost").hexdigest()
    await storage.keep(lost, b"lost")
    told: list[tuple[int, int]] = []
    await evidence_files.sweep(app.state.db, storage, lambda *now: told.append(now))
    assert lost not in names_in(evidence_folder)
    got = await world.officer.get(f"/evidence-files/{file['id']}/content")
    assert got.content == PDF
    assert told[-1][1] >= 1
    assert await evidence_files.sweep(app.state.db, storage) == 0


async def test_a_sweep_during_uploads_takes_nothing_that_counts(world: World, app: FastAPI) -> None:
    """The same content again and again: each upload finds an orphan that the sweep is after."""
    storage = storage_of(app.state.settings)
    contents = [PDF + str(n).encode() for n in range(8)]
    for content in contents:
        await storage.keep(sha256(content).hexdigest(), content)
    sweeps = [evidence_files.sweep(app.state.db, storage) for _ in range(3)]
    files, *_ = await asyncio.gather(
        asyncio.gather(*(uploaded(world.officer, content) for content in contents)), *sweeps
    )
    for file, content in zip(files, contents, strict=True):
        got = await world.officer.get(f"/evidence-files/{file['id']}/content")
        assert got.content == content


async def test_a_refused_upload_leaves_an_orphan_at_most(world: World, app: FastAPI) -> None:
    """What fails between file and row: the file is there, the row is not, nothing points astray."""
    await world.database.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END $$;"
        "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON evidence_files"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    try:
        reply = await sent(world.officer, PDF + b"orphan")
    finally:
        await world.database.execute("DROP FUNCTION refuse() CASCADE")
    assert reply.status_code >= 500
    assert await world.database.fetchval("SELECT count(*) FROM evidence_files") == 0
    assert await evidence_files.sweep(app.state.db, storage_of(app.state.settings)) >= 1


async def test_an_idempotent_upload_is_one_file(world: World) -> None:
    headers = {"Idempotency-Key": "upload-1"}
    replies = [
        await world.officer.request(
            "POST",
            "/evidence-files",
            data={"kind": "licence"},
            files={"file": ("a.pdf", PDF)},
            headers=headers,
        )
        for _ in range(2)
    ]
    assert replies[0].json() == replies[1].json()
    assert replies[1].headers["idempotency-replayed"] == "true"


async def test_a_lost_content_is_a_problem_and_no_reply_cut_short(
    world: World, app: FastAPI
) -> None:
    file = await uploaded(world.officer, PDF + b"to be lost")
    await storage_of(app.state.settings).remove(file["sha256"])
    path = f"/evidence-files/{file['id']}/content"
    problem(await world.officer.get(path), 503, "storage_unavailable")
    rows = await world.auditor.seen(f"/audit-entries?entity_id={file['id']}&action=download")
    assert rows["items"] == []
