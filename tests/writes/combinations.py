"""Combinations, their plans and platform companies."""

from tests.world import World
from tests.writes.call import BUSINESS, Call, etag

LEFT: dict[str, set[str]] = {
    "create_combination": {"create combinations"},
    "update_combination": {"update combinations"},
    "delete_combination": {"delete combinations"},
    "create_development_plan": {"create development_plans", "create development_goals"},
    "update_development_plan": {
        "update development_plans",
        "create development_goals",
        "delete development_goals",
    },
    "create_platform_company": {"create platform_companies"},
    "update_platform_company": {"update platform_companies"},
    "record_platform_funding": {"create platform_fundings"},
    "reverse_platform_funding": {"update platform_fundings"},
}
# Units are set up by the leader and the assessor; every business reader sees that they exist.
KEEPERS = "33333++333331"
ACCESS = {
    "list_combinations": BUSINESS,
    "get_combination": BUSINESS,
    "create_combination": KEEPERS,
    "update_combination": KEEPERS,
    "delete_combination": KEEPERS,
    "get_combination_kpis": BUSINESS,
    # Whoever sees the zone, and the lead of the unit's team.
    "get_combination_results": "44+44++3+3331",
    "list_development_plans": BUSINESS,
    "get_development_plan": BUSINESS,
    "create_development_plan": KEEPERS,
    "update_development_plan": KEEPERS,
    "list_platform_companies": BUSINESS,
    "get_platform_company": BUSINESS,
    "create_platform_company": KEEPERS,
    "update_platform_company": KEEPERS,
    "list_platform_fundings": BUSINESS,
    "get_platform_funding": BUSINESS,
    "record_platform_funding": KEEPERS,
    "reverse_platform_funding": KEEPERS,
}
SINGLE = {
    "/combinations/": "update_combination",
    "/development-plans/": "update_development_plan",
    "/platform-companies/": "update_platform_company",
    "/platform-fundings/": "reverse_platform_funding",
}


async def calls(world: World) -> dict[str, Call]:
    kept, removed = [await world.combination(name, "bio") for name in ("单元一", "单元二")]
    path = "/combinations"
    return {
        **await _plans(world),
        **await _platforms(world),
        "create_combination": Call(
            world.leader, "POST", path, {"name": "生物医药大健康", "priority": 1}
        ),
        "update_combination": Call(
            world.leader, "PATCH", f"{path}/{kept['id']}", {"status": "closed"}, etag(kept)
        ),
        "delete_combination": Call(
            world.leader, "DELETE", f"{path}/{removed['id']}", etag=etag(removed)
        ),
    }


async def _plans(world: World) -> dict[str, Call]:
    goal = {"metric": "Q02", "year": 2026, "value": "12"}
    body = {"name": "生物医药规划", "from_year": 2026, "to_year": 2030, "goals": [goal]}
    plan = await world.leader.made("/development-plans", body)
    more = {"goals": [goal | {"value": "15.0000"}], "status": "approved"}
    path = f"/development-plans/{plan['id']}"
    return {
        "create_development_plan": Call(
            world.leader, "POST", "/development-plans", body | {"name": "金属新材料规划"}
        ),
        "update_development_plan": Call(world.leader, "PATCH", path, more, etag(plan)),
    }


async def _platforms(world: World) -> dict[str, Call]:
    companies = [{"company_id": (await world.company())["id"]} for _ in range(2)]
    platform = await world.leader.made("/platform-companies", companies[0])
    paid = {"platform_company_id": platform["id"], "amount": "5000000.00", "purpose": "厂房建设"}
    funding = await world.leader.made("/platform-fundings", paid)
    reversal = f"/platform-fundings/{funding['id']}/reversals"
    path = f"/platform-companies/{platform['id']}"
    return {
        "create_platform_company": Call(world.leader, "POST", "/platform-companies", companies[1]),
        "update_platform_company": Call(
            world.leader, "PATCH", path, {"committed_amount": "900.00"}, etag(platform)
        ),
        "record_platform_funding": Call(world.leader, "POST", "/platform-fundings", paid),
        "reverse_platform_funding": Call(
            world.leader, "POST", reversal, {"reason": "录入有误"}, etag(funding)
        ),
    }
