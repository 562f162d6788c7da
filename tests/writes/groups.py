"""Control of companies, incubation, and the check of a signing against lists."""

from tests.world import World
from tests.writes.call import BUSINESS, Call, etag

GROUPS = "+++++++333331"
LEFT: dict[str, set[str]] = {
    "create_company_control": {"create company_controls"},
    "update_company_control": {"update company_controls"},
    "delete_company_control": {"delete company_controls"},
    "create_incubation_stage": {"create incubation_stages"},
    "delete_incubation_stage": {"delete incubation_stages"},
    "check_signing_lists": {"update stage_transitions"},
}
ACCESS: dict[str, str] = {
    "list_company_controls": BUSINESS,
    "create_company_control": GROUPS,
    "get_company_control": BUSINESS,
    "update_company_control": GROUPS,
    "delete_company_control": GROUPS,
    "get_company_group": BUSINESS,
    "list_incubation_stages": BUSINESS,
    "create_incubation_stage": GROUPS,
    "get_incubation_stage": BUSINESS,
    "delete_incubation_stage": GROUPS,
    "check_signing_lists": "33333++333331",
}
SINGLE = {
    "/company-controls/": "update_company_control",
    "/incubation-stages/": "delete_incubation_stage",
}
LIST = "企业名称\n云南锗业股份有限公司\n".encode()


async def calls(world: World) -> dict[str, Call]:
    officer, ids = world.officer, [(await world.company())["id"] for _ in range(4)]
    under = [{"company_id": one, "controller_id": ids[3], "from_on": "2025-01-01"} for one in ids]
    controls = [await officer.made("/company-controls", body) for body in under[:2]]
    stage = {"company_id": ids[0], "stage": "seedbed"}
    entry, _ = [
        await officer.made("/incubation-stages", {**stage, "from_on": f"2024-05-0{day}"})
        for day in (1, 2)
    ]
    path, there = "/company-controls", f"/incubation-stages/{entry['id']}"
    return {
        "create_company_control": Call(officer, "POST", path, under[2]),
        "update_company_control": Call(
            officer, "PATCH", f"{path}/{controls[0]['id']}", {"share": "0.51"}, etag(controls[0])
        ),
        "delete_company_control": Call(
            officer, "DELETE", f"{path}/{controls[1]['id']}", etag=etag(controls[1])
        ),
        "create_incubation_stage": Call(officer, "POST", "/incubation-stages", stage),
        "delete_incubation_stage": Call(officer, "DELETE", there, etag=etag(entry)),
        "check_signing_lists": await _late_list(world),
    }


async def _late_list(world: World) -> Call:
    """A signing of a company that only a later import finds on a list."""
    company = await world.company("云南锗业股份有限公司")
    lead = await world.lead_at("signed", company_id=company["id"])
    found = await world.leader.seen(f"/stage-transitions?lead_id={lead['id']}&to_stage=signed")
    data = {"name": "独角兽", "year": "2020", "kind": "listed"}
    files = {"file": ("list.csv", LIST)}
    reply = await world.team_lead.post("/company-list-imports", data=data, files=files)
    assert reply.status_code == 201, reply.text
    path = f"/stage-transitions/{found['items'][0]['id']}/list-checks"
    return Call(world.assessor, "POST", path, etag=etag(found["items"][0]))
