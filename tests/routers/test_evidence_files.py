"""Evidence over HTTP: what is taken, who sees it, how it comes back, and that it is never lost."""

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
from tests.writes import etag
from tests.writes.evidence import PDF, attached, uploaded

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


async def test_a_known_content_is_not_sent_again(world: World) -> None:
    file = await uploaded(world.officer)
    path = f"/evidence-files/{file['id']}/content"
    known = {"If-None-Match": f'"{file["sha256"]}"'}
    reply = await world.officer.get(path, headers=known)
    assert (reply.status_code, reply.content) == (304, b"")
    problem(await world.stranger.get(path, headers=known), 404, "not_found")


async def test_each_download_is_in_the_audit_log(world: World) -> None:
    file = await uploaded(world.officer)
    await world.officer.get(f"/evidence-files/{file['id']}/content")
    rows = await world.auditor.seen(f"/audit-entries?entity_id={file['id']}&action=download")
    (row,) = rows["items"]
    assert (row["actor_id"], row["entity"]) == (world.officer.id, "evidence_files")
    assert row["changes"] == {"sha256": [None, file["sha256"]]}


async def sees(client: Client, file: Any) -> bool:
    """Whether the file is there for a client; record, content and list must agree."""
    path = f"/evidence-files/{file['id']}"
    found = {(await client.get(p)).status_code for p in (path, f"{path}/content")}
    page = await client.seen(f"/evidence-files?sha256={file['sha256']}")
    assert found == ({200} if file["id"] in {i["id"] for i in page["items"]} else {404})
    return found == {200}


async def test_the_uploaders_until_it_is_attached_then_the_leads(world: World) -> None:
    file = await uploaded(world.officer)
    people = [world.officer, world.colleague, world.team_lead, world.leader, world.auditor]
    assert [await sees(one, file) for one in people] == [True, False, False, False, False]
    lead = await world.lead(world.team_lead)
    link = {"file_id": file["id"], "subject_kind": "lead", "subject_id": lead["id"]}
    for client, pointer in ((world.officer, "/subject_id"), (world.team_lead, "/file_id")):
        refused = problem(await client.post("/evidence-links", link), 422, "invalid_values")
        assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [
            (pointer, "reference_not_found")
        ]
    mine = await world.lead()
    await world.officer.made("/evidence-links", {**link, "subject_id": mine["id"]})
    assert [await sees(one, file) for one in people] == [True, False, True, True, True]
    assert not await sees(world.stranger, file)


async def test_a_visits_file_is_for_who_reads_the_visit(world: World) -> None:
    people = [world.officer.id, world.stranger.id]
    visit = await world.visit(participant_ids=people)
    link = await attached(world.officer, "visit", visit["id"])
    file = await world.officer.seen(f"/evidence-files/{link['file_id']}")
    assert link["lead_id"] is None
    assert await sees(world.stranger, file)
    assert not await sees(world.colleague, file)
    page = await world.stranger.seen(f"/evidence-links?subject_id={visit['id']}&expand=file")
    assert [item["file"]["id"] for item in page["items"]] == [file["id"]]


async def test_evidence_of_a_recognised_step_stays(world: World) -> None:
    lead = await world.lead()
    step = await world.ask(lead["id"], to_stage="contacted")
    first, second = [
        await attached(world.officer, "stage_transition", step["id"], PDF + n) for n in (b"1", b"2")
    ]
    path = "/evidence-links/{id}"
    assert (await world.officer.delete(path.format(**first), etag(first))).status_code == 204
    await world.decide(step)
    refused = await world.officer.delete(path.format(**second), etag(second))
    problem(refused, 409, "evidence_relied_on")


async def test_a_file_is_attached_to_a_fact_once(world: World) -> None:
    lead = await world.lead()
    link = await attached(world.officer, "lead", lead["id"])
    body = {name: link[name] for name in ("file_id", "subject_kind", "subject_id")}
    problem(await world.officer.post("/evidence-links", body), 409, "already_exists")


async def test_one_content_on_two_leads_is_one_alert(world: World) -> None:
    leads = [await world.lead() for _ in range(2)]
    await attached(world.officer, "lead", leads[0]["id"])
    await attached(world.officer, "lead", leads[0]["id"])
    assert (await world.leader.seen("/integrity-alerts"))["items"] == []
    for _ in range(2):
        await attached(world.officer, "lead", leads[1]["id"])
    for client in (world.leader, world.assessor, world.auditor):
        (alert,) = (await client.seen("/integrity-alerts?status=open"))["items"]
        assert (alert["lead_id"], alert["other_lead_id"]) == tuple(sorted(x["id"] for x in leads))
    path, body = f"/integrity-alerts/{alert['id']}/decisions", {"decision": "dismiss"}
    headers = {"If-Match": etag(alert)}
    problem(await world.assessor.post(path, body, headers=headers), 422, "invalid_values")
    done = await world.assessor.made(path, body | {"reason": "同一集团"}, headers=headers)
    assert (done["status"], done["decided_by_id"]) == ("dismissed", world.assessor.id)
    again = await world.leader.post(
        path, body | {"reason": "再看"}, headers={"If-Match": etag(done)}
    )
    problem(again, 409, "already_decided")


async def test_two_leads_at_the_same_moment_are_one_alert(world: World) -> None:
    leads = [await world.lead() for _ in range(6)]
    await asyncio.gather(*(attached(world.officer, "lead", lead["id"]) for lead in leads))
    alerts = (await world.leader.seen("/integrity-alerts?limit=200"))["items"]
    pairs = {(alert["lead_id"], alert["other_lead_id"]) for alert in alerts}
    assert len(alerts) == len(pairs) == 15


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
