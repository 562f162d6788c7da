"""Money facts: the same six writes for each of the three."""

from typing import Any

from tests.world import World
from tests.writes.call import BUSINESS, FIELD, OWN_READ, Call, etag

NOUNS = {
    "capital_arrival": "capital-arrivals",
    "foreign_capital_use": "foreign-capital-uses",
    "fixed_investment": "fixed-investments",
}
LEFT: dict[str, set[str]] = {}
ACCESS: dict[str, str] = {}
SINGLE: dict[str, str] = {}
for noun, path in NOUNS.items():
    table = path.replace("-", "_")
    LEFT |= {
        f"create_{noun}": {f"create {table}"},
        f"update_{noun}": {f"update {table}"},
        f"withdraw_{noun}": {f"delete {table}"},
        f"decide_{noun}": {f"update {table}", "create money_credits"},
        f"reverse_{noun}": {f"update {table}"},
    }
    ACCESS |= {
        f"list_{table}": BUSINESS,
        f"create_{noun}": FIELD,
        f"get_{noun}": OWN_READ,
        f"update_{noun}": "+434433333331",
        f"withdraw_{noun}": "+434433333331",
        f"decide_{noun}": "33333++333331",
        f"reverse_{noun}": "33333++333331",
    }
    SINGLE[f"/{path}/"] = f"update_{noun}"


def body_of(noun: str, lead: Any, **more: Any) -> dict[str, Any]:
    """A valid fact of a lead."""
    own: dict[str, Any] = {
        "capital_arrival": {
            "kind": "fixed", "payer_name": "沪上控股", "payer_region_code": "310115",
        },
        "foreign_capital_use": {
            "form": "cash", "payer_name": "狮城投资", "payer_country_code": "SG",
        },
        "fixed_investment": {"month": "2026-01-01", "is_in_statistics": True},
    }  # fmt: skip
    return {"lead_id": lead["id"], "amount": "1000000.00", **own[noun], **more}


async def calls(world: World) -> dict[str, Call]:
    lead, found = await world.lead_at("signed"), dict[str, Call]()
    for noun, path in NOUNS.items():
        body = body_of(noun, lead)
        facts = [await world.officer.made(f"/{path}", body) for _ in range(4)]
        kept, gone, decided, taken = facts
        at = [f"/{path}/{fact['id']}" for fact in facts]
        yes = {"decision": "recognise"}
        done = await world.assessor.made(
            f"{at[3]}/decisions", yes, headers={"If-Match": etag(taken)}
        )
        found |= {
            f"create_{noun}": Call(world.officer, "POST", f"/{path}", body),
            f"update_{noun}": Call(world.officer, "PATCH", at[0], {"amount": "2.00"}, etag(kept)),
            f"withdraw_{noun}": Call(world.officer, "DELETE", at[1], etag=etag(gone)),
            f"decide_{noun}": Call(
                world.assessor, "POST", f"{at[2]}/decisions", yes, etag(decided)
            ),
            f"reverse_{noun}": Call(
                world.assessor, "POST", f"{at[3]}/reversals", {"reason": "误录"}, etag(done)
            ),
        }
    return found
