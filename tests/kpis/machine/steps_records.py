"""Records that become one and two again; lists of companies, and where a company is."""

from collections.abc import Callable
from typing import Any

from app.core.clock import today
from tests.kpis.machine.facts import Lead
from tests.kpis.machine.walk import NothingToDoError, Undoable, Walk

REGIONS = ("530102", "310115")


async def merge_companies(walk: Walk) -> None:
    if len(walk.companies) < 4:
        raise NothingToDoError
    kept, merged = walk.pick.sample(walk.companies, 2)
    body = {"kind": "company", "kept_id": kept, "merged_id": merged, "reason": "同一家企业"}
    record = await walk.world.leader.made("/merges", body)
    moving = [*walk.model.visits.values(), *walk.model.leads.values()]
    moved = [one for one in moving if one.company == merged]

    def place(company: str) -> None:
        for one in moved:
            one.company = company

    def undo() -> None:
        place(merged)
        walk.companies.append(merged)

    place(kept)
    walk.companies.remove(merged)
    _merged(walk, record, undo)


def _merged(walk: Walk, record: Any, undo: Callable[[], None]) -> None:
    walk.undoable.setdefault("merge", []).append(Undoable(record, undo))


async def merge_leads(walk: Walk) -> None:
    """What was not signed goes into any other; its moves count no more."""
    kept_id, kept = walk.lead()
    merged_id, merged = walk.lead(is_signed=False)
    if (
        merged is kept
        or merged.company != kept.company
        or merged.agreement
        or walk.model.leads[kept_id] is merged
    ):
        raise NothingToDoError
    body = {"kind": "lead", "kept_id": kept_id, "merged_id": merged_id, "reason": "同一项目"}
    record = await walk.world.leader.made("/merges", body)
    model = walk.model
    bound = [*model.money.values(), *model.papers, *model.promises]
    facts = [fact for fact in bound if fact.lead == merged_id]

    def place(lead_id: str, lead: Lead, *, is_merged: bool) -> None:
        lead.is_merged = is_merged
        for fact in facts:
            fact.lead = lead_id

    place(kept_id, merged, is_merged=True)
    _merged(walk, record, lambda: place(merged_id, merged, is_merged=False))


async def take_back_merge(walk: Walk) -> None:
    """The last one of all."""
    done = walk.one_of(walk.undoable.get("merge", [])[-1:])
    path = f"/merges/{done.record['id']}/reversals"
    await walk.posted(walk.world.leader, path, done.record, {"reason": "录错"})
    walk.undoable["merge"].remove(done)
    done.undo()


async def publish_list(walk: Walk) -> None:
    """An edition of gazelles with some of the companies."""
    names = [
        (await walk.world.leader.seen(f"/companies/{company}"))["name"]
        for company in walk.pick.sample(walk.companies, walk.pick.randint(1, 3))
    ]
    content = "\n".join(["企业名称", *names]).encode()
    year = today().year - walk.pick.randint(0, 2)
    data = {"name": f"瞪羚 {walk.number()}", "year": f"{year}", "kind": "gazelle"}
    data["published_on"] = f"{walk.day()}"
    reply = await walk.world.team_lead.post(
        "/company-list-imports", data=data, files={"file": ("list.csv", content)}
    )
    assert reply.status_code == 201, reply.text


async def move_company(walk: Walk) -> None:
    path = f"/companies/{walk.one_of(walk.companies)}"
    changes = {"region_code": walk.pick.choice(REGIONS)}
    await walk.patched(walk.world.officer, path, changes)


STEPS = {
    merge_companies: 2, merge_leads: 2, take_back_merge: 2, publish_list: 1, move_company: 2,
}  # fmt: skip
