"""One lead on its way through its gates: requests, dry runs, and what they name."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.core.clock import today
from app.models.gates import GateItem
from tests.pipeline.table import PATHS, gate
from tests.walk import BRING
from tests.world import Client, World

AMOUNT = {"agreed_amount": "200000000.00"}
Fault = tuple[str, str]


def promise(item: str, days: int = 30) -> dict[str, str]:
    """A promise for so many days from today."""
    return {"item": item, "promised_on": f"{today() + timedelta(days=days)}", "reason": "受理中"}


@dataclass
class Walker:
    """One lead on its way, and what its gates owe."""

    world: World
    track: str
    labels: dict[str, dict[str, str]]
    lead: Any = None
    tag: str = ""
    overdue: list[str] = field(default_factory=list)

    async def refresh(self) -> None:
        response = await self.world.officer.get(f"/leads/{self.lead['id']}")
        self.lead, self.tag = response.json(), response.headers["etag"]

    async def send(self, body: Any, client: Client | None = None, lang: str = "en") -> Any:
        path = f"/leads/{self.lead['id']}/stage-transitions"
        headers = {"If-Match": self.tag, "Accept-Language": lang}
        return await (client or self.world.officer).post(path, body, headers=headers)

    async def dry(self, body: Any, client: Client | None = None, lang: str = "en") -> Any:
        answer = await self.send({**body, "dry_run": True}, client, lang)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def faults(self, body: Any, client: Client | None = None) -> list[Fault]:
        """What a dry run says stands in the way: codes, each with the item or stage it is about."""
        answer = await self.dry(body, client)
        assert answer["is_allowed"] is not bool(answer["errors"])
        return [self.told(error) for error in answer["errors"]]

    def told(self, error: Any) -> Fault:
        """A fault's code with what it names, found by its English label."""
        about = [c for c, label in self.labels.items() if error["message"].endswith(label["en"])]
        return error["code"], about[0] if about else ""

    def lacks(self, items: list[str], to: str) -> list[Fault]:
        """The faults of a gate that lacks these items and may owe some."""
        later = gate(to, self.track)[1]
        return [
            ("gate_item_deferrable" if item in later else "gate_item_missing", item)
            for item in items
        ] + [("deferral_overdue", item) for item in self.overdue]

    async def bring(self, items: list[str]) -> None:
        for item in items:
            await BRING[GateItem(item)](self.world, self.lead)
        await self.refresh()


def move(to: str, **more: Any) -> dict[str, Any]:
    """A request for a stage, complete but for what its gate asks."""
    return {"to_stage": to, **(AMOUNT if to == "signed" else {}), **more}


async def walker(world: World, track: str | None, stage: str = "identified") -> Walker:
    """A lead of a zone with its gates, from `stage` on, and what the contract calls each item."""
    lead = await world.lead(track=track)
    for to in PATHS[track or "construction"][1:]:
        if lead["stage"] == stage:
            break
        lead["stage"] = (await world.ask(lead["id"], world.leader, **move(to)))["to_stage"]
    await world.with_gates()
    enumerations = (await world.officer.seen("/meta"))["enumerations"]
    labels = {entry["code"]: entry["label"] for entry in enumerations["GateItem"]}
    made = Walker(world, track or "", labels, lead)
    await made.refresh()
    return made
