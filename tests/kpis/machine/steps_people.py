"""Who shares a lead, who owns it, and which team is above whom."""

from collections.abc import Callable
from decimal import Decimal

from tests.kpis.machine.facts import Lead
from tests.kpis.machine.walk import Undoable, Walk


async def change_members(walk: Walk) -> None:
    await change_members_of(walk, *walk.lead())


async def change_members_of(walk: Walk, lead_id: str, lead: Lead) -> None:
    people = walk.pick.sample(sorted(walk.model.teams), 3)
    likely = (0, 3_333, 10_000, walk.pick.randint(0, 10_000))
    marks = sorted(walk.pick.choice(likely) for _ in people[1:])
    ends = zip([0, *marks], [*marks, 10_000], strict=True)
    shares = [Decimal(end - start) / 100 for start, end in ends]
    roles = ["lead_negotiator", *["supporter"] * 2]
    parts = [
        (walk.clients[officer], role, f"{share:.2f}")
        for officer, role, share in zip(people, roles, shares, strict=True)
    ]
    await walk.world.members(lead_id, *parts)
    lead.members = list(zip(people, shares, strict=True))
    _forget(walk, lead)


def _forget(walk: Walk, lead: Lead) -> None:
    """What has changed since is not taken back."""
    transfers = walk.undoable.setdefault("transfer", [])
    transfers[:] = [transfer for transfer in transfers if transfer.lead is not lead]


async def hand_over(walk: Walk) -> None:
    lead_id, lead = walk.lead()
    to = walk.one_of([officer for officer in sorted(walk.clients) if officer != lead.owner])
    body = {"lead_ids": [lead_id], "to_officer_id": to, "reason": "调岗"}
    record = await walk.world.leader.made("/transfers", body)
    _forget(walk, lead)
    undo = _handed(lead, to)
    walk.undoable["transfer"].append(Undoable(record, undo, lead))


def _handed(lead: Lead, to: str) -> Callable[[], None]:
    """The new owner takes the old one's seat, with the share of both."""
    old, members = lead.owner, lead.members
    lead.owner = to
    left = [part for part in members if part[0] in {old, to}]
    if old in dict(members):
        share = sum((part[1] for part in left), Decimal(0))
        lead.members = [part for part in members if part not in left] + [(to, share)]

    def undo() -> None:
        lead.owner = old
        if old in dict(members):
            lead.members = [part for part in lead.members if part[0] != to] + left

    return undo


async def take_back_transfer(walk: Walk) -> None:
    done = walk.one_of(walk.undoable.get("transfer", []))
    if done.lead and done.lead.is_merged:
        return
    path = f"/transfers/{done.record['id']}/reversals"
    await walk.posted(walk.world.leader, path, done.record, {"reason": "误操作"})
    walk.undoable["transfer"].remove(done)
    done.undo()


async def move_officer(walk: Walk) -> None:
    officer, team = walk.officer().id, walk.pick.choice(walk.leaves)
    await walk.patched(walk.world.system_admin, f"/officers/{officer}", {"team_id": team})
    walk.home[officer] = team
    walk.place()


async def move_team(walk: Walk) -> None:
    """A team under the other top, with everybody in it."""
    team = walk.pick.choice(walk.leaves)
    top = next(top for top in walk.tops if top not in walk.paths[team])
    await walk.patched(walk.world.system_admin, f"/teams/{team}", {"parent_id": top})
    walk.paths[team] = (team, top)
    walk.place()


STEPS = {
    change_members: 3, hand_over: 2, take_back_transfer: 1, move_officer: 2, move_team: 1,
}  # fmt: skip
