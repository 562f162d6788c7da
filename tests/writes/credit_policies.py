"""Versions of the default credit policy: written by the assessor, read by the business."""

from tests.world import World
from tests.writes.call import BUSINESS, Call
from tests.writes.periods import ASSESSOR

LEFT: dict[str, set[str]] = {"create_credit_policy": {"create credit_policies"}}
ACCESS: dict[str, str] = {
    "list_credit_policies": BUSINESS,
    "create_credit_policy": ASSESSOR,
    "get_credit_policy": BUSINESS,
}
POLICY = {
    "effective_on": "2099-01-01",
    "first_contact": "25.00",
    "lead_negotiator": "45.00",
    "supporter": "20.00",
    "steward": "10.00",
    "source": "示范区招商引资考核办法",
}


async def calls(world: World) -> dict[str, Call]:
    return {"create_credit_policy": Call(world.assessor, "POST", "/credit-policies", POLICY)}
