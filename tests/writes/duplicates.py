"""Former names, checks for duplicates, pairs and merges."""

from app.core.base import new_id
from tests.world import World
from tests.writes.call import BUSINESS, FIELD, Call, etag

LEFT: dict[str, set[str]] = {
    "create_company_former_name": {"create company_former_names"},
    "delete_company_former_name": {"delete company_former_names"},
    "check_duplicates": {"create duplicate_checks"},
    "decide_duplicate_pair": {"update duplicate_pairs"},
    "create_merge": {"create merges", "update companies", "create company_former_names"},
    "reverse_merge": {"update merges", "update companies", "delete company_former_names"},
}
ACCESS: dict[str, str] = {
    "list_company_former_names": BUSINESS,
    "create_company_former_name": FIELD,
    "get_company_former_name": BUSINESS,
    "delete_company_former_name": FIELD,
    "check_duplicates": FIELD,
    "list_duplicate_pairs": "33+3+++3+3331",
    "get_duplicate_pair": "33+3+++3+3331",
    "decide_duplicate_pair": "33+3++3333331",
    "list_merges": "33+3+++3+3331",
    "create_merge": "33333+3333331",
    "get_merge": "33434++3+3331",
    "reverse_merge": "33434+3333331",
}
SINGLE: dict[str, str] = {
    "/company-former-names/": "delete_company_former_name",
    "/duplicate-pairs/": "decide_duplicate_pair",
    "/merges/": "reverse_merge",
}


async def pair(world: World, level: str = "same_name") -> str:
    """The id of an open pair of two companies."""
    first, second = sorted([(await world.company())["id"] for _ in range(2)])
    pair_id = new_id()
    await world.database.execute(
        "INSERT INTO duplicate_pairs (id, version, created_at, updated_at, kind, first_id,"
        " second_id, level, status)"
        " VALUES ($1, 1, now(), now(), 'company', $2, $3, $4, 'open')",
        pair_id, first, second, level,
    )  # fmt: skip
    return str(pair_id)


async def calls(world: World) -> dict[str, Call]:
    ids = [(await world.company())["id"] for _ in range(4)]
    await pair(world)
    body = {"kind": "company", "reason": "同一家企业"}
    done = await world.leader.made("/merges", {**body, "kept_id": ids[0], "merged_id": ids[1]})
    look = {"subject": "company", "company": {"name": "云岭锗业"}}
    former = {"company_id": ids[0], "name": "昆明贵金属研究所"}
    wrong = await world.officer.made("/company-former-names", {**former, "name": "误录"})
    dismissed = {"decision": "not_duplicate", "reason": "两家"}
    return {
        "create_company_former_name": Call(world.officer, "POST", "/company-former-names", former),
        "delete_company_former_name": Call(
            world.officer, "DELETE", f"/company-former-names/{wrong['id']}", etag=etag(wrong)
        ),
        "check_duplicates": Call(world.officer, "POST", "/duplicate-checks", look),
        "decide_duplicate_pair": Call(
            world.leader,
            "POST",
            f"/duplicate-pairs/{await pair(world)}/decisions",
            dismissed,
            '"v1"',
        ),
        "create_merge": Call(
            world.leader, "POST", "/merges", {**body, "kept_id": ids[2], "merged_id": ids[3]}
        ),
        "reverse_merge": Call(
            world.leader, "POST", f"/merges/{done['id']}/reversals", {"reason": "录错"}, etag(done)
        ),
    }
