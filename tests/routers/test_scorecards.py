"""Scorecards over HTTP: V13 end to end, ranks, hash, immutability, objections, simulations."""

import asyncio
import hashlib
import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from app.core.clock import today
from app.kpis import ledger
from app.kpis.metrics import Family
from app.kpis.rankings import ranks
from tests.assessment import (
    YEAR,
    card_of,
    computed,
    decided,
    earned,
    entered,
    item,
    measure,
    objected,
    published,
    released,
    scheme,
)
from tests.routers.periods import until_waiting
from tests.routers.test_money_facts import recognised
from tests.world import Client, World, problem
from tests.writes.call import etag


async def v13(world: World, **more: Any) -> Any:
    """The scheme with both officers' facts."""
    made = await published(world, scheme(world.officer, world.stranger, **more))
    await earned(world, world.officer, "96000000.00", "60", made)
    await earned(world, world.stranger, "90000000.00", "100", made)
    return made


async def test_v13_two_tables_scored_end_to_end(world: World) -> None:
    run = await computed(world, await v13(world))
    first, second = run["items"]
    assert [(c["total"], c["rank"], c["subject"]["id"]) for c in (first, second)] == [
        ("2.95", 1, world.stranger.id),
        ("2.78", 2, world.officer.id),
    ]
    lines = [
        (await card_of(world, run, c))["snapshot"]["lines"] for c in (world.officer, world.stranger)
    ]
    assert [[line["points"] for line in ls] for ls in lines] == [
        ["0.48", "0.60", "0.50", "0.50", "0.30", "0.40"],
        ["0.45", "0.60", "0.50", "0.50", "0.50", "0.40"],
    ]
    assert lines[0][0]["rate"] == "0.9600"
    assert "最高120%" in lines[0][1]["rule_text"]["zh"]
    for ls in lines:
        for found in [m for line in ls for m in line["measures"]]:
            rows = await world.opened(found["drill"])
            total = sum((Decimal(row["quantity"]) for row in rows), Decimal(0))
            assert Decimal(found["actual"]) == total


def test_ranks_share_and_skip() -> None:
    totals = {UUID(int=n): Decimal(t) for n, t in enumerate(["9", "8", "8", "7"])}
    assert list(ranks(totals).values()) == [1, 2, 2, 4]


async def test_what_was_computed_stays_what_it_was_known_as(world: World) -> None:
    made = await v13(world)
    run = await computed(world, made)
    card = await card_of(world, run, world.officer)
    await world.visit(world.officer)
    line = card["snapshot"]["lines"][1]["measures"][0]
    assert len(await world.opened(line["drill"])) == int(line["actual"]) == 6
    again = await computed(world, made)
    assert (await card_of(world, again, world.officer))["snapshot"]["lines"][1]["measures"][0][
        "actual"
    ] == "7"
    problem(await world.assessor.get(f"/scorecards/{card['id']}"), 404, "not_found")


async def test_a_run_waits_for_who_has_posted(world: World, app: FastAPI) -> None:
    """An entry of the run's instant that is not committed yet would be in the drill alone."""
    made, visit = await v13(world), await world.visit(world.stranger)
    async with app.state.db.transaction() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE visits SET mechanism = 'leader_led'")
        await ledger.post(session, Family.visit, UUID(visit["id"]))
        waiting = asyncio.create_task(computed(world, made))
        await until_waiting(world.database)
        assert not waiting.done()
    card = await card_of(world, await waiting, world.stranger)
    (led,) = card["snapshot"]["lines"][5]["measures"]
    assert (led["actual"], len(await world.opened(led["drill"]))) == ("5", 5)


async def test_a_published_card_never_changes(world: World) -> None:
    run = await released(world, await v13(world))
    card = await card_of(world, run, world.officer)
    text = json.dumps(card["snapshot"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == card["hash"]
    assert (card["status"], card["objections_until"] > card["published_at"][:10]) == (
        "published", True,
    )  # fmt: skip
    for sql in (
        "UPDATE scorecards SET total = 3",
        "UPDATE scorecards SET status = 'draft'",
        "DELETE FROM scorecards",
        "TRUNCATE scorecards CASCADE",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await world.database.execute(sql)
    assert await world.assessor.seen(f"/scorecards/{card['id']}") == card


async def test_a_card_that_was_tampered_with_is_named(world: World, app: FastAPI) -> None:
    run = await released(world, await v13(world))
    card = await card_of(world, run, world.officer)
    async with app.state.db.transaction() as session:
        assert await ledger.verify(session) == []
    await world.database.execute(
        "SET session_replication_role = replica;"
        " UPDATE scorecards SET snapshot = jsonb_set(snapshot, '{total}', '\"3.00\"')"
        f" WHERE id = '{card['id']}'; RESET session_replication_role"
    )
    async with app.state.db.transaction() as session:
        (found,) = await ledger.verify(session)
    assert (found.metric, found.scope, f"{found.subject_id}") == ("-", "officer", card["id"])
    assert (found.dimension, f"{found.scope_id}") == ("scorecards.hash", world.officer.id)


async def test_who_sees_a_card(world: World) -> None:
    made = await v13(world)
    drafts = await computed(world, made)
    draft = await card_of(world, drafts, world.officer)
    problem(await world.officer.get(f"/scorecards/{draft['id']}"), 404, "not_found")
    run = await released(world, made)
    card = await card_of(world, run, world.officer)
    seen = {
        name: (await getattr(world, name).get(f"/scorecards/{card['id']}")).status_code
        for name in ("officer", "colleague", "stranger", "team_lead", "other_lead", "leader",
                     "auditor")
    }  # fmt: skip
    assert seen == {
        "officer": 200, "colleague": 404, "stranger": 404, "team_lead": 200, "other_lead": 404,
        "leader": 200, "auditor": 200,
    }  # fmt: skip
    assert [c["subject_id"] for c in (await world.officer.seen("/scorecards"))["items"]] == [
        world.officer.id
    ]


async def test_a_second_run_publishes_only_what_changed(world: World) -> None:
    made = await v13(world)
    first = await released(world, made)
    assert (await computed(world, made))["items"] == []
    body = {"scheme_id": made["id"], "period": str(YEAR)}
    problem(await world.assessor.post("/scorecard-publications", body), 409, "no_drafts")
    await entered(world, made, world.officer, 4, "100")
    run = await released(world, made)
    (stub,) = run["items"]
    old, new = await card_of(world, first, world.officer), await card_of(world, run, world.officer)
    assert (stub["total"], stub["edition"]) == ("2.88", 2)
    assert (new["supersedes_id"], new["is_current"], old["is_current"]) == (
        old["id"], True, False,
    )  # fmt: skip
    assert old["total"] == "2.78"


async def test_no_edition_knows_less_than_the_one_before(world: World) -> None:
    made, then = await v13(world), await world.instant()
    await world.visit(world.officer, mechanism="leader_led")
    run = await released(world, made)
    body = {"scheme_id": made["id"], "period": str(YEAR), "as_of": then}
    reply = await world.assessor.post("/scorecards", body)
    (error,) = problem(reply, 422, "invalid_values")["errors"]
    assert (error["pointer"], error["code"]) == ("/as_of", "before_edition")
    assert (await card_of(world, run, world.officer))["is_current"]


async def test_a_part_that_nobody_has_is_warned_of(world: World) -> None:
    """No threshold of Q03 is half a 亿元: a slip of the pen would score everybody nothing."""
    items = [
        item(name, "50", {"rule": "ratio_capped"}, measure("Q03", "1", dimension=yuan))
        for name, yuan in (("一亿", "100000000"), ("半亿", "50000000"))
    ]
    made = await published(world, scheme(world.officer, total_points="100", items=items))
    await world.lead_at("signed")
    card = await card_of(world, await computed(world, made), world.officer)
    assert [(li["points"], li["warnings"]) for li in card["snapshot"]["lines"]] == [
        ("50.00", []),
        ("0.00", ["nothing_counted"]),
    ]


async def test_an_upheld_objection_makes_a_new_edition(world: World) -> None:
    made = await v13(world)
    run = await released(world, made)
    card = await card_of(world, run, world.officer)
    objection = await objected(world.officer, card, 4)
    await world.visit(world.officer)
    path, body = f"/objections/{objection['id']}/decisions", {"text": "成立", "points": "0.50"}
    own = await world.assessor.post(path, body, headers={"If-Match": etag(objection)})
    problem(own, 403, "self_recognition")
    other = await world.account("assessor")
    assert (await decided(other, objection, "0.50"))["status"] == "upheld"
    query = f"/scorecards?scheme_id={made['id']}&subject_id={world.officer.id}&edition=2"
    (new,) = (await world.officer.seen(query))["items"]
    assert (new["total"], new["rank"], new["status"]) == ("2.98", 1, "published")
    line = new["snapshot"]["lines"][4]
    assert (line["points"], line["correction"]) == ("0.50", "核实无误")
    # From the numbers of the first edition: the visit logged since is not among them.
    assert new["snapshot"]["lines"][1]["measures"][0]["actual"] == "6"
    other_card = (await world.stranger.seen("/scorecards?edition=2"))["items"][0]
    assert (other_card["rank"], other_card["total"]) == (2, "2.95")


async def test_an_objection_to_an_old_edition_keeps_what_was_found_since(world: World) -> None:
    made = await v13(world)
    old = await card_of(world, await released(world, made), world.officer)
    objection = await objected(world.officer, old, 4)
    await world.visit(world.officer, mechanism="leader_led")
    assert [c["total"] for c in (await released(world, made))["items"]] == ["2.88"]
    path, headers = f"/schemes/{made['id']}/retirements", {"If-Match": etag(made)}
    await world.assessor.made(path, None, headers=headers)
    await decided(await world.account("assessor"), objection, "0.50")
    (new,) = (await world.officer.seen("/scorecards?edition=3"))["items"]
    assert (new["total"], new["is_current"]) == ("3.08", True)
    assert new["snapshot"]["lines"][5]["points"] == "0.50"


async def test_a_correction_scores_the_field_that_was_published(world: World) -> None:
    items = [item("拜访", "100", {"rule": "relative_to_best"}, measure("T09"))]
    body = scheme(subject_ids=[], total_points="100", items=items)
    made = await published(world, body)
    for client, count in ((world.officer, 1), (world.stranger, 2)):
        for _ in range(count):
            await world.visit(client)
    run = await released(world, made)
    objection = await objected(world.officer, await card_of(world, run, world.officer), 0)
    newcomer = await world.account("officer", "bio")
    await world.database.execute(
        "UPDATE officers SET is_active = id <> $1, name = name || '改' WHERE role = 'officer'",
        UUID(world.officer.id),
    )
    await world.settled()
    await decided(await world.account("assessor"), objection, "75.00")
    new = (await world.assessor.seen("/scorecards?edition=2"))["items"]
    assert [(c["subject_id"], c["total"], c["rank"]) for c in new] == [
        (world.officer.id, "75.00", 2)
    ]
    assert (new[0]["snapshot"]["subject_count"], len(run["items"])) == (5, 5)
    query = f"/scorecards?subject_id={newcomer.id}"
    assert (await world.assessor.seen(query))["items"] == []


REACH = [
    ("ratio_capped", {"cap": "1.5"}, "1.50", "1.51"),
    ("efficacy", {}, "1.00", "1.01"),
    ("bonus", {"per_unit": "1", "cap": "3"}, "3.00", "-0.01"),
    ("penalty", {"per_unit": "1", "cap": "2"}, "-2.00", "0.01"),
    ("penalty", {"per_unit": "1"}, "-1.00", "0.01"),
]


@pytest.mark.parametrize(("rule", "more", "won", "too_much"), REACH)
async def test_an_objection_wins_what_the_item_can_give(
    world: World, rule: str, more: Any, won: str, too_much: str
) -> None:
    points = "0.00" if rule in {"bonus", "penalty"} else "1.00"
    target = "1" if rule == "ratio_capped" else None
    items = [
        item("拜访", "1.00", {"rule": "ratio_capped"}, measure("T09", "1")),
        item("其他", points, {"rule": rule, **more}, measure("T05", target)),
    ]
    total = f"{1 + Decimal(points):.2f}"
    made = await published(world, scheme(world.officer, total_points=total, items=items))
    card = await card_of(world, await released(world, made), world.officer)
    objection, other = await objected(world.officer, card, 1), await world.account("assessor")
    path, body = f"/objections/{objection['id']}/decisions", {"text": "成立"}
    headers = {"If-Match": etag(objection)}
    for beyond in (too_much, "900.00"):
        reply = await other.post(path, {**body, "points": beyond}, headers=headers)
        (error,) = problem(reply, 422, "invalid_values")["errors"]
        assert (error["pointer"], error["code"]) == ("/points", "points_beyond")
    await decided(other, objection, won)
    (new,) = (await world.officer.seen("/scorecards?edition=2"))["items"]
    assert (new["snapshot"]["lines"][1]["points"], new["total"]) == (won, won)


async def test_a_rejected_objection_changes_nothing(world: World) -> None:
    run = await released(world, await v13(world))
    card = await card_of(world, run, world.officer)
    objection = await objected(world.officer, card, 0)
    other = await world.account("assessor")
    found = await decided(other, objection, None)
    assert (found["status"], found["decided_by_id"]) == ("rejected", other.id)
    headers = {"If-Match": etag(found)}
    path = f"/objections/{objection['id']}/decisions"
    again = await other.post(path, {"text": "再议"}, headers=headers)
    problem(again, 409, "objection_decided")
    assert (await world.officer.seen("/scorecards?edition=2"))["items"] == []


async def test_objections_are_for_the_subject_and_in_time(world: World) -> None:
    run = await released(world, await v13(world))
    card = await card_of(world, run, world.officer)
    path, headers = f"/scorecards/{card['id']}/objections", {"If-Match": etag(card)}
    body = {"place": 0, "text": "金额有误"}
    problem(await world.team_lead.post(path, body, headers=headers), 403, "forbidden")
    problem(await world.stranger.post(path, body, headers=headers), 404, "not_found")
    wrong = await world.officer.post(path, {**body, "place": 6}, headers=headers)
    assert problem(wrong, 422, "invalid_values")["errors"][0]["code"] == "item_unknown"
    await world.database.execute(
        "SET session_replication_role = replica;"
        " UPDATE scorecards SET objections_until = objections_until - 30;"
        " RESET session_replication_role"
    )
    late = await world.officer.post(path, body, headers=headers)
    problem(late, 409, "objection_window_closed")


LISTS = [
    {"colour": "red", "name": "先进个人", "when": {"condition": "top", "count": 1},
     "exclusions": [{"condition": "item_below", "share": "0.7"}]},
    {"colour": "black", "name": "约谈", "when": {"condition": "item_below", "share": "0.7"}},
]  # fmt: skip


async def test_red_and_black_lists_say_which_rule_put_whom_there(world: World) -> None:
    await released(world, await v13(world, lists=LISTS))
    rows = (await world.leader.seen("/scorecard-listings?sort=created_at"))["items"]
    found = {(r["colour"], r["officer_id"], r["reason"]["zh"]) for r in rows}
    assert found == {
        ("red", world.stranger.id, "排名前1"),
        ("black", world.officer.id, "有考核项得分低于该项分值的70%"),
    }
    seen = {
        name: {r["colour"] for r in (await client.seen("/scorecard-listings"))["items"]}
        for name, client in {
            "officer": world.officer, "colleague": world.colleague, "team_lead": world.team_lead,
            "stranger": world.stranger, "other_lead": world.other_lead,
        }.items()
    }  # fmt: skip
    ours, theirs = {"black"}, {"red"}
    assert seen == {
        "officer": ours, "colleague": ours, "team_lead": ours, "stranger": theirs,
        "other_lead": theirs,
    }  # fmt: skip


async def test_an_exclusion_keeps_the_first_off_the_red_list(world: World) -> None:
    rule = {**LISTS[0], "exclusions": [{"condition": "total_below", "points": "2.96"}]}
    run = await computed(world, await v13(world, lists=[rule]))
    assert (await card_of(world, run, world.stranger))["snapshot"]["listings"] == []


GRADES = [{"name": "优秀", "at_least": "2.90"}, {"name": "良好", "at_least": "2.50"}]


async def test_r12_a_promotion_raises_the_grade(world: World) -> None:
    rule = {"rule": "promotion", "grade": "优秀", "reason": "引进世界500强"}
    body = scheme(world.officer, world.stranger, grades=GRADES)
    body["items"] = [*body["items"], item("晋档", "0", rule)]
    made = await published(world, body)
    await earned(world, world.officer, "96000000.00", "60", made)
    run = await computed(world, made)
    assert (await card_of(world, run, world.officer))["grade"] == "良好"
    await entered(world, made, world.officer, 6, "1")
    run = await computed(world, made)
    card = await card_of(world, run, world.officer)
    assert (card["grade"], card["total"]) == ("优秀", "2.78")


async def test_an_entry_is_for_items_without_metrics_and_can_be_taken_back(world: World) -> None:
    made = await v13(world)
    body = {"scheme_id": made["id"], "period": str(YEAR), "value": "80", "reason": "评议"}
    for more, code in (
        ({"place": 0, "subject_id": world.officer.id}, "item_is_measured"),
        ({"place": 9, "subject_id": world.officer.id}, "item_unknown"),
        ({"place": 4, "subject_id": world.leader.id}, "not_a_subject"),
    ):
        reply = await world.assessor.post("/scorecard-inputs", {**body, **more})
        assert problem(reply, 422, "invalid_values")["errors"][0]["code"] == code
    extra = await entered(world, made, world.officer, 4, "80")
    run = await computed(world, made)
    card = await card_of(world, run, world.officer)
    assert card["snapshot"]["lines"][4]["points"] == "0.35"
    path = f"/scorecard-inputs/{extra['id']}/reversals"
    done = await world.assessor.made(path, {"reason": "录错"}, headers={"If-Match": etag(extra)})
    again = await world.assessor.post(path, {"reason": "x"}, headers={"If-Match": etag(done)})
    problem(again, 409, "input_closed")
    assert (await card_of(world, await computed(world, made), world.officer))["total"] == "2.78"


async def simulated(client: Client, made: Any, *what_if: Any, period: str = str(YEAR)) -> Any:
    body = {
        "scheme_id": made["id"],
        "period": period,
        "signings": [w for w in what_if if "lead_id" in w],
        "added": [w for w in what_if if "metric" in w],
    }
    return await client.post("/scorecard-simulations", body)


async def test_what_if_a_lead_signs(world: World) -> None:
    made = await v13(world)
    lead = await world.lead(planned_investment="2000000.00")
    before = await world.fingerprint()
    signing = {"lead_id": lead["id"], "signed_on": f"{YEAR}-12-31"}
    found = (await simulated(world.officer, made, signing)).json()
    # 9,800 of 10,000 万元 instead of 9,600: 0.49 instead of 0.48.
    assert (found["now"]["total"], found["then"]["total"], found["gain"]) == (
        "2.78", "2.79", "0.01",
    )  # fmt: skip
    assert Decimal(found["added"]["M01"]) == 2_000_000
    more = {"metric": "T05", "add": "1"}
    found = (await simulated(world.officer, made, signing, more)).json()
    assert (found["then"]["total"], found["gain"]) == ("2.89", "0.11")
    late = {**signing, "signed_on": f"{YEAR + 1}-01-01"}
    assert (await simulated(world.officer, made, late)).json()["gain"] == "0.00"
    assert await world.fingerprint() == before


async def test_a_lead_signs_once_and_for_what_it_will_count(world: World) -> None:
    """700 万美元 at 7.1 are 49,700,000 yuan, of which 40 % are credited to the zone."""
    made = await v13(world)
    abroad: dict[str, Any] = {
        "planned_investment": "7000000.00",
        "currency": "USD",
        "credited_share": "40.00",
    }
    lead, signed = await world.lead(**abroad), await world.lead_at("signed")
    rate = {"currency": "USD", "exchange_rate": "7.10000000", "rate_on": f"{today()}"}
    fact = {"lead": signed, "amount": "1.00", "rate_source": "人民银行中间价", **rate}
    await recognised(world, **fact)
    found = (await simulated(world.officer, made, {"lead_id": lead["id"]})).json()
    assert {metric: Decimal(added) for metric, added in found["added"].items()} == {
        "Q02": Decimal("0.4"),
        "M01": Decimal(19_880_000),
    }
    for what_if, fault in (
        ([lead, lead], ("/signings", "lead_repeated")),
        ([lead, signed], ("/signings/1/lead_id", "lead_signs_no_more")),
    ):
        reply = await simulated(world.officer, made, *({"lead_id": one["id"]} for one in what_if))
        (error,) = problem(reply, 422, "invalid_values")["errors"]
        assert (error["pointer"], error["code"]) == fault


async def test_simulations_are_of_the_own_card_and_visible_leads(world: World) -> None:
    made = await v13(world)
    lead = await world.lead()
    signing = {"lead_id": lead["id"], "signed_on": f"{YEAR}-12-31"}
    hidden = await simulated(world.stranger, made, signing)
    assert problem(hidden, 422, "invalid_values")["errors"][0]["code"] == "reference_not_found"
    nobody = await simulated(world.colleague, made, {"metric": "T05", "add": "1"})
    assert problem(nobody, 422, "invalid_values")["errors"][0]["code"] == "not_a_subject"
    unknown = await simulated(world.officer, made, {"metric": "T99", "add": "1"})
    assert problem(unknown, 422, "invalid_values")["errors"][0]["code"] == "metric_unknown"


async def test_cards_are_of_the_schemes_year_and_of_what_is_published(world: World) -> None:
    draft = await world.assessor.made("/schemes", scheme(world.officer))
    body = {"scheme_id": draft["id"], "period": str(YEAR)}
    problem(await world.assessor.post("/scorecards", body), 409, "scheme_status")
    made = await published(world, scheme(world.officer, name="另一个"))
    wrong = {"scheme_id": made["id"], "period": str(YEAR - 1)}
    reply = await world.assessor.post("/scorecards", wrong)
    assert problem(reply, 422, "invalid_values")["errors"][0]["code"] == "period_outside_year"


async def test_teams_are_scored_by_their_own_numbers(world: World) -> None:
    teams = [str(world.teams[name]) for name in ("bio", "metal")]
    items = [item("拜访", "100", {"rule": "efficacy"}, measure("T09"))]
    made = await published(
        world,
        scheme(subject_kind="team", subject_ids=teams, total_points="100", items=items),
    )
    await world.visit(world.officer)
    run = await computed(world, made)
    assert [(c["subject"]["id"], c["total"]) for c in run["items"]] == [
        (teams[0], "100.00"),
        (teams[1], "60.00"),
    ]
    await released(world, made)
    assert len((await world.team_lead.seen("/scorecards"))["items"]) == 1
    assert (await world.officer.seen("/scorecards"))["items"] == []


async def test_all_equal_is_full_and_warned_of(world: World) -> None:
    items = [item("拜访", "100", {"rule": "efficacy"}, measure("T09"))]
    body = scheme(world.officer, world.stranger, total_points="100", items=items)
    run = await computed(world, await published(world, body))
    assert [(c["total"], c["rank"], c["warnings"]) for c in run["items"]] == [
        ("100.00", 1, ["all_equal"]),
        ("100.00", 1, ["all_equal"]),
    ]
