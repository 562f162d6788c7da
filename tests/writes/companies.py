"""Companies and lists of them."""

from app.models.codes import synthetic_credit_code
from tests.world import World
from tests.writes.call import BATCH, FILE, Call, etag, items

LEFT: dict[str, set[str]] = {
    "create_company": {"create companies"},
    "create_companies": {"create companies"},
    "update_company": {"update companies"},
    "delete_company": {"update companies"},
    "create_company_list": {"create company_lists"},
    "update_company_list": {"update company_lists"},
    "import_company_list": {
        "create company_lists",
        "create companies",
        "create company_list_entries",
    },
}


async def calls(world: World) -> dict[str, Call]:
    company, unused = await world.company(), await world.company("空壳公司")
    head = {"name": "瞪羚企业", "year": 2024}
    edition = await world.team_lead.made("/company-lists", head)
    new = {"name": "昆明贵研催化有限公司", "credit_code": synthetic_credit_code(910_000)}
    upload = {"data": {"name": "专精特新", "year": "2025"}, "files": {"file": ("list.csv", FILE)}}
    lists, lead = "/company-lists", world.team_lead
    return {
        "create_company": Call(world.officer, "POST", "/companies", new),
        "create_companies": Call(
            world.officer, "POST", f"/companies{BATCH}", items({"name": "丙"})
        ),
        "update_company": Call(
            world.officer,
            "PATCH",
            f"/companies/{company['id']}",
            {"notes": "新建二期"},
            etag(company),
        ),
        "delete_company": Call(
            world.officer, "DELETE", f"/companies/{unused['id']}", etag=etag(unused)
        ),
        "create_company_list": Call(lead, "POST", lists, {"name": "瞪羚企业", "year": 2025}),
        "update_company_list": Call(
            lead, "PATCH", f"{lists}/{edition['id']}", {"source": "科技厅"}, etag(edition)
        ),
        "import_company_list": Call(lead, "POST", "/company-list-imports", more=upload),
    }
