"""Evidence over HTTP: who reads a file, what it is attached to, and when that is an alert."""

import asyncio
from typing import Any

from tests.world import Client, World, problem
from tests.writes import etag
from tests.writes.evidence import PDF, attached, uploaded


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


async def test_a_plans_file_is_for_the_whole_business(world: World) -> None:
    plan = {"name": "生物医药发展规划", "from_year": 2026, "to_year": 2030}
    plan = await world.leader.made("/development-plans", plan)
    link = await attached(world.leader, "development_plan", plan["id"])
    file = await world.leader.seen(f"/evidence-files/{link['file_id']}")
    assert await sees(world.stranger, file)
    own = await uploaded(world.officer, PDF + b"9")
    body = {"file_id": own["id"], "subject_kind": "development_plan", "subject_id": plan["id"]}
    problem(await world.officer.post("/evidence-links", body), 403, "forbidden")


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
