"""What a check, a creation and an import say of what is known already."""

import asyncio
from typing import Any

import pytest

from app.services.duplicate_scans import scan
from tests.models.test_company_names import FAMILIES, TWO
from tests.world import Client, World, problem
from tests.writes.call import FILE

OTHER = {"duplicate_decision": {"decision": "not_duplicate", "reason": "两家不同的企业"}}


async def test_a_company_of_the_same_name_needs_a_decision(world: World) -> None:
    known = await world.company("云南锗业股份有限公司")
    body = {"name": "雲南鍺業（集團）有限责任公司"}
    refused = problem(await world.officer.post("/companies", body), 409, "possible_duplicate")
    assert [(r["level"], r["company"]["id"]) for r in refused["reasons"]] == [
        ("same_name", known["id"])
    ]
    assert refused["errors"][0]["pointer"] == "/name"
    made = await world.officer.made("/companies", body | OTHER)
    (pair,) = (await world.leader.seen("/duplicate-pairs"))["items"]
    assert {pair["first_id"], pair["second_id"]} == {known["id"], made["id"]}
    assert (pair["status"], pair["reason"]) == ("dismissed", "两家不同的企业")
    assert await _scanned(world) == 0


async def test_every_spelling_of_a_known_company_finds_it(world: World) -> None:
    """Sixty and more, of which each officer may ask sixty a minute."""
    asked = 0
    for first, *others in FAMILIES:
        known = await world.officer.made("/companies", {"name": first} | OTHER)
        for spelling in others:
            client = (world.officer, world.colleague, world.stranger)[asked % 3]
            reasons = await _reasons(world, "company", {"name": spelling}, client)
            found = [r["company"]["id"] for r in reasons if r["level"] == "same_name"]
            assert found == [known["id"]], spelling
            asked += 1
    assert asked >= 60


async def test_another_company_is_never_taken_for_the_same(world: World) -> None:
    for one, other in TWO:
        await world.database.execute("DELETE FROM companies")
        await world.officer.made("/companies", {"name": one})
        assert "same_name" not in await _levels(world, "company", {"name": other}), other


async def test_an_equal_credit_code_cannot_be_decided_away(world: World) -> None:
    known = await world.company("甲矿业")
    body = {"name": "乙药业", "credit_code": known["credit_code"], **OTHER}
    refused = problem(await world.officer.post("/companies", body), 409, "possible_duplicate")
    assert [r["level"] for r in refused["reasons"]] == ["certain"]
    refused = await world.officer.post("/companies/batch", {"items": [body]})
    assert refused.json()["items"][0]["problem"]["code"] == "possible_duplicate"


@pytest.mark.parametrize(
    "foreign",
    [{"lei": "5493001KJTIIGC8Y1R12"}, {"country_code": "DE", "registration_number": "HRB 6684"}],
)
async def test_an_equal_foreign_registration(world: World, foreign: Any) -> None:
    await world.officer.made("/companies", {"name": "Alpha", **foreign})
    body = {"name": "Omega", **foreign}
    refused = problem(await world.officer.post("/companies", body), 409, "possible_duplicate")
    assert [r["level"] for r in refused["reasons"]] == ["certain_foreign"]
    elsewhere = {"country_code": "AT", "registration_number": "HRB 6684"}
    await world.officer.made("/companies", {"name": "Sigma", **elsewhere})


async def test_racing_creations_of_one_credit_code_make_one(world: World) -> None:
    code = (await world.company())["credit_code"]
    await world.database.execute("DELETE FROM companies")
    bodies = [{"name": f"{sign}矿业", "credit_code": code} for sign in "甲乙丙丁戊己庚辛"]
    replies = await asyncio.gather(*(world.officer.post("/companies", b) for b in bodies))
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 7
    assert len((await world.officer.seen("/companies"))["items"]) == 1


async def test_a_former_name_finds_its_company(world: World) -> None:
    company = await world.company("昆明贵金属研究所")
    path = f"/companies/{company['id']}"
    reply = await world.officer.patch(path, {"name": "贵研铂业"}, '"v1"')
    assert reply.status_code == 200
    (former,) = (await world.officer.seen(f"/company-former-names?company_id={company['id']}"))[
        "items"
    ]
    assert former["name"] == "昆明贵金属研究所"
    body = {"name": "昆明市贵金属研究所"}
    refused = problem(await world.officer.post("/companies", body), 409, "possible_duplicate")
    assert refused["reasons"][0]["company"]["name"] == "贵研铂业"
    again = await world.officer.patch(path, {"notes": "改注"}, reply.headers["etag"])
    assert again.status_code == 200
    assert len((await world.officer.seen("/company-former-names"))["items"]) == 1


async def test_similar_names_are_told_and_do_not_hold_up(world: World) -> None:
    where = {"region_code": "530100", "industry_code": "C3239"}
    await world.company("昆明贵研稀贵金属材料有限公司", **where)
    look = {"name": "昆明贵研稀贵金属新材料"}
    levels = [await _levels(world, "company", look | more) for more in ({}, where)]
    assert levels == [["possible"], ["likely"]]
    await world.officer.made("/companies", look)
    assert await _levels(world, "company", {"name": "完全两样"}) == []


async def test_a_check_is_logged_and_bounded(world: World) -> None:
    look = {"subject": "company", "company": {"name": "甲矿业"}}
    replies = await asyncio.gather(
        *(world.officer.post("/duplicate-checks", look) for _ in range(62))
    )
    assert sorted(reply.status_code for reply in replies) == [201] * 60 + [429] * 2
    late = next(reply for reply in replies if reply.status_code == 429)
    problem(late, 429, "too_many_requests")
    assert 1 <= int(late.headers["retry-after"]) <= 60
    assert (await world.colleague.post("/duplicate-checks", look)).status_code == 201
    rows = await world.database.fetch("SELECT officer_id, subject FROM duplicate_checks")
    assert len(rows) == 61
    await world.database.execute("UPDATE duplicate_checks SET at = at - interval '61 s'")
    assert (await world.officer.post("/duplicate-checks", look)).status_code == 201


async def test_a_hidden_lead_is_told_as_a_stub(world: World) -> None:
    known: Any = {"industry_code": "C3231", "source_region_code": "530100"}
    money: Any = {"planned_investment": "300000000.00"}
    lead = await world.lead(name="锗材料秘密项目", **known, **money)
    look = {"name": "别的", "company_id": lead["company_id"], **known}
    (mine,) = await _reasons(world, "lead", look | money)
    assert (mine["level"], mine["lead"]["id"]) == ("likely", lead["id"])
    assert "amount" in mine["evidence"]
    reply = await world.stranger.post(
        "/duplicate-checks", {"subject": "lead", "lead": look | money}
    )
    (stub,) = reply.json()["reasons"]
    owner = (await world.officer.seen("/me"))["name"]
    assert stub["lead"] == {
        "id": None, "code": None, "name": None, "owner_name": owner, "stage_band": "before_talks",
    }  # fmt: skip
    assert stub["evidence"] == []
    for secret in ("300000000", "秘密", lead["id"], lead["code"]):
        assert secret not in reply.text
    refused = await world.stranger.post("/leads", look | money)
    problem(refused, 409, "possible_duplicate")
    assert "秘密" not in refused.text
    await world.stranger.made("/leads", look | money | OTHER)


async def test_asking_with_amounts_tells_nothing_of_a_hidden_lead(world: World) -> None:
    lead = await world.lead(planned_investment="300000000.00", industry_code="C3231")
    look = {"name": "别的", "company_id": lead["company_id"], "industry_code": "C3231"}
    asked = [look | {"planned_investment": amount} for amount in ("1.00", "300000000.00")]
    answers = [
        (await world.stranger.made("/duplicate-checks", {"subject": "lead", "lead": one}))
        for one in asked
    ]
    assert answers[0] == answers[1]


async def test_terminated_leads_hold_nobody_up(world: World) -> None:
    more: Any = {"industry_code": "C3231", "source_region_code": "530100"}
    lead = await world.lead(**more)
    body = {"name": "另一个", "company_id": lead["company_id"], **more}
    problem(await world.officer.post("/leads", body), 409, "possible_duplicate")
    await world.database.execute("UPDATE leads SET status = 'terminated'")
    await world.officer.made("/leads", body)


async def test_an_import_opens_pairs_and_loses_nothing(world: World) -> None:
    known = await world.company("云南省锗业有限公司")
    upload = {"data": {"name": "专精特新", "year": "2025"}, "files": {"file": ("l.csv", FILE)}}
    reply = await world.team_lead.post("/company-list-imports", **upload)
    assert reply.status_code == 201, reply.text
    assert reply.json()["possible_duplicate_count"] == 1
    (pair,) = (await world.leader.seen("/duplicate-pairs?status=open"))["items"]
    assert known["id"] in {pair["first_id"], pair["second_id"]}
    assert pair["level"] == "same_name"


async def test_a_visit_opens_a_pair_and_finds_equal_names(world: World) -> None:
    await world.visit(company={"name": "甲矿业有限公司"})
    await world.visit(company={"name": "甲矿业有限公司"})
    assert (await world.leader.seen("/duplicate-pairs"))["items"] == []
    await world.visit(company={"name": "甲矿业集团"})
    assert len((await world.leader.seen("/duplicate-pairs"))["items"]) == 1


async def test_the_scan_finds_each_pair_once(world: World) -> None:
    one, other = await world.company("甲矿业"), await world.company("乙药业")
    await world.database.execute(
        "UPDATE companies SET normal_name = '甲矿业' WHERE id = $1", other["id"]
    )
    await world.database.execute("UPDATE companies SET name = '甲矿业'")
    lead = await world.lead(planned_investment="10000000.00", industry_code="C3231")
    body = {"name": "另一期", "company_id": lead["company_id"], "industry_code": "C3231"}
    twin = await world.officer.made("/leads", body | {"planned_investment": "10000000.00"} | OTHER)
    await world.database.execute("DELETE FROM duplicate_pairs")
    assert [await _scanned(world), await _scanned(world)] == [2, 0]
    pairs = (await world.leader.seen("/duplicate-pairs?status=open"))["items"]
    assert {(p["kind"], *sorted((p["first_id"], p["second_id"]))) for p in pairs} == {
        ("company", *sorted((one["id"], other["id"]))),
        ("lead", *sorted((lead["id"], twin["id"]))),
    }


async def _scanned(world: World) -> int:
    async with world.app.state.db.transaction() as session:
        return await scan(session)


async def _reasons(world: World, subject: str, look: Any, client: Client | None = None) -> Any:
    body = {"subject": subject, subject: look}
    return (await (client or world.officer).made("/duplicate-checks", body))["reasons"]


async def _levels(world: World, subject: str, look: Any) -> list[str]:
    return [reason["level"] for reason in await _reasons(world, subject, look)]
