"""Evidence files, what they are attached to, and alerts."""

from typing import Any

from tests.world import Client, World
from tests.writes.call import BUSINESS, FIELD, OWN_READ, Call, etag

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
LEFT: dict[str, set[str]] = {
    "upload_evidence_file": {"create evidence_files"},
    "attach_evidence": {"create evidence_links"},
    "detach_evidence": {"delete evidence_links"},
    "decide_integrity_alert": {"update integrity_alerts"},
}
_ZONE_READ = "33333++3+3331"
ACCESS: dict[str, str] = {
    "list_evidence_files": BUSINESS,
    "upload_evidence_file": FIELD,
    "get_evidence_file": OWN_READ,
    "get_evidence_content": OWN_READ,
    "list_evidence_links": BUSINESS,
    "attach_evidence": "++++++3333331",
    "get_evidence_link": OWN_READ,
    "detach_evidence": "+4+44+3333331",
    "list_integrity_alerts": _ZONE_READ,
    "get_integrity_alert": _ZONE_READ,
    "decide_integrity_alert": "33333++333331",
}

SINGLE: dict[str, str] = {
    "/evidence-links/": "detach_evidence",
    "/integrity-alerts/": "decide_integrity_alert",
}


async def uploaded(client: Client, content: bytes = PDF, **more: Any) -> Any:
    """A file as answered."""
    form = {"kind": "agreement", **more}
    reply = await client.request(
        "POST", "/evidence-files", data=form, files={"file": ("协议.pdf", content)}
    )
    assert reply.status_code == 201, reply.text
    return reply.json()


async def attached(client: Client, kind: str, subject_id: str, content: bytes = PDF) -> Any:
    """A link to a file of its own."""
    file = await uploaded(client, content)
    body = {"file_id": file["id"], "subject_kind": kind, "subject_id": subject_id}
    return await client.made("/evidence-links", body)


async def calls(world: World) -> dict[str, Call]:
    lead, other = [await world.lead() for _ in range(2)]
    removed = await attached(world.officer, "lead", lead["id"])
    await attached(world.officer, "lead", other["id"])
    (alert,) = (await world.leader.seen("/integrity-alerts"))["items"]
    file = await uploaded(world.officer)
    body = {"file_id": file["id"], "subject_kind": "lead", "subject_id": lead["id"]}
    return {
        "upload_evidence_file": Call(
            world.officer,
            "POST",
            "/evidence-files",
            more={"data": {"kind": "licence"}, "files": {"file": ("执照.pdf", PDF)}},
        ),
        "attach_evidence": Call(world.officer, "POST", "/evidence-links", body),
        "detach_evidence": Call(
            world.officer, "DELETE", f"/evidence-links/{removed['id']}", etag=etag(removed)
        ),
        "decide_integrity_alert": Call(
            world.assessor,
            "POST",
            f"/integrity-alerts/{alert['id']}/decisions",
            {"decision": "dismiss", "reason": "同一集团的营业执照"},
            etag(alert),
        ),
    }
