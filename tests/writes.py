"""One valid call of every write of the API, each prepared on records of its own."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx2
from argon2 import PasswordHasher

from app.models.codes import synthetic_credit_code
from tests.world import Client, World

BATCH = "/batch?atomic=true"
PASSWORD = "Correct-horse-7"
FILE = (
    "排名,企业名称,英文名称,国家,城市,行业,营业收入\n"
    "1,云南锗业股份有限公司,Yunnan Germanium,中国,临沧,有色金属,12.5\n,波音,,美国,,,\n"
).encode()

CHAIN = (
    "记录类型,编号,名称,上中下游,起点编号,终点编号,关联强度,依据,类型\n"
    "产业链,,智能装备,,,,,,新兴产业\n环节,A1,减速器,上游,,,,,\n环节,B1,机器人,中游,,,,,\n"
    "关联,,,,A1,B1,3,专家判断,\n"
).encode()


@dataclass(frozen=True)
class Call:
    """A request that succeeds once; `path` is below `/api/v1`."""

    client: Client
    method: str
    path: str
    json: Any = None
    etag: str | None = None
    more: dict[str, Any] = field(default_factory=dict)

    async def send(self, **given: Any) -> httpx2.Response:
        headers = {"If-Match": self.etag} if self.etag else {}
        given["headers"] = headers | given.get("headers", {})
        if "content" in given:
            given["headers"] = {"Content-Type": "application/json"} | given["headers"]
        elif self.json is not None:
            given.setdefault("json", self.json)
        return await self.client.request(self.method, self.path, **self.more, **given)


async def every_write(world: World) -> dict[str, Call]:
    """The calls by `operationId`."""
    return {
        **await _accounts(world),
        **await _companies(world),
        **await _chains(world),
        **await _contacts(world),
        **await _leads(world),
        **await _transitions(world),
        **await _visits(world),
    }


def _items(body: Any) -> Any:
    return {"items": [body]}


def etag(record: Any) -> str:
    return f'"v{record["version"]}"'


@cache
def password_hash() -> str:
    """Of `PASSWORD`, weak on purpose: Argon2 is as slow as the stored hash asks for."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


async def _accounts(world: World) -> dict[str, Call]:
    officer = await world.account("officer", "bio", password_hash())
    name = (await officer.seen("/me"))["name"]
    leaving, unused = [await world.account("officer", "bio") for _ in range(2)]
    system, security = world.system_admin, world.security_admin
    team = await system.made("/teams", {"name": "驻上海联络处"})
    empty = await system.made("/teams", {"name": "空组"})
    form = {"username": name, "password": PASSWORD}
    passwords = {"current_password": PASSWORD, "new_password": "Other-horse-88"}
    member = {"name": "段丽", "username": "duan.li", "password": PASSWORD}
    colleague = f"/officers/{world.colleague.id}"
    await world.database.execute(
        "UPDATE officers SET failed_count = 3 WHERE id = $1", world.stranger.id
    )
    return {
        "log_in": Call(world.nobody, "POST", "/sessions", more={"data": form}),
        "log_out": Call(leaving, "DELETE", "/sessions/current"),
        "change_password": Call(officer, "POST", "/me/password-changes", passwords),
        "create_officer": Call(system, "POST", "/officers", member),
        "update_officer": Call(system, "PATCH", colleague, {"name": "杨帆"}, '"v1"'),
        "delete_officer": Call(system, "DELETE", f"/officers/{unused.id}", etag='"v1"'),
        "change_officer_role": Call(
            security,
            "POST",
            f"/officers/{world.other_lead.id}/role-changes",
            {"role": "officer"},
            '"v1"',
        ),
        "unlock_officer": Call(security, "POST", f"/officers/{world.stranger.id}/unlockings"),
        "create_team": Call(system, "POST", "/teams", {"name": "生物医药组"}),
        "update_team": Call(
            system, "PATCH", f"/teams/{team['id']}", {"name": "驻沪组"}, etag(team)
        ),
        "delete_team": Call(system, "DELETE", f"/teams/{empty['id']}", etag=etag(empty)),
    }


async def _companies(world: World) -> dict[str, Call]:
    company, unused = await world.company(), await world.company("空壳公司")
    head = {"name": "瞪羚企业", "year": 2024}
    edition = await world.team_lead.made("/company-lists", head)
    new = {"name": "昆明贵研催化有限公司", "credit_code": synthetic_credit_code(910_000)}
    upload = {"data": {"name": "专精特新", "year": "2025"}, "files": {"file": ("list.csv", FILE)}}
    lists, lead = "/company-lists", world.team_lead
    return {
        "create_company": Call(world.officer, "POST", "/companies", new),
        "create_companies": Call(
            world.officer, "POST", f"/companies{BATCH}", _items({"name": "丙"})
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


async def _chains(world: World) -> dict[str, Call]:
    lead, officer, node = world.team_lead, world.officer, "/chain-nodes"
    chain = await lead.made("/industry-chains", {"name": "生物医药", "kind": "key_industry"})
    nodes = [await world.node(chain, f"N{n}") for n in range(4)]
    ends = {"from_node_id": nodes[0]["id"], "to_node_id": nodes[1]["id"]}
    said = {"strength": 2, "basis": "expert"}
    links = [
        await lead.made("/chain-links", {**said, **ends, "to_node_id": end["id"]})
        for end in nodes[1:3]
    ]
    there = {"chain_node_id": nodes[0]["id"], "local_share": "0.5"}
    presences = [
        await officer.made(
            "/node-presences", {**there, "company_id": (await world.company())["id"]}
        )
        for _ in range(3)
    ]
    company = {"company_id": (await world.company())["id"]}
    paths = [f"/node-presences/{presence['id']}" for presence in presences]
    declared, weak = [{"chain_node_id": n["id"], "status": "missing"} for n in nodes[:2]]
    await world.leader.made("/node-statuses", declared)
    return {
        "create_industry_chain": Call(
            lead, "POST", "/industry-chains", {"name": "金属新材料", "kind": "key_industry"}
        ),
        "update_industry_chain": Call(
            lead, "PATCH", f"/industry-chains/{chain['id']}", {"priority": 1}, etag(chain)
        ),
        "import_industry_chain": Call(
            lead, "POST", "/industry-chain-imports", more={"files": {"file": ("链.csv", CHAIN)}}
        ),
        "create_chain_node": Call(
            lead,
            "POST",
            node,
            {"industry_chain_id": chain["id"], "code": "M9", "name": "原料药", "tier": "upstream"},
        ),
        "update_chain_node": Call(
            lead, "PATCH", f"{node}/{nodes[2]['id']}", {"importance": 5}, etag(nodes[2])
        ),
        "delete_chain_node": Call(lead, "DELETE", f"{node}/{nodes[3]['id']}", etag=etag(nodes[3])),
        "create_chain_link": Call(
            lead,
            "POST",
            "/chain-links",
            {**said, "from_node_id": nodes[1]["id"], "to_node_id": nodes[0]["id"]},
        ),
        "update_chain_link": Call(
            lead, "PATCH", f"/chain-links/{links[0]['id']}", {"strength": 3}, etag(links[0])
        ),
        "delete_chain_link": Call(
            lead, "DELETE", f"/chain-links/{links[1]['id']}", etag=etag(links[1])
        ),
        "create_node_presence": Call(officer, "POST", "/node-presences", {**there, **company}),
        "update_node_presence": Call(
            officer, "PATCH", paths[0], {"local_share": "0.25"}, etag(presences[0])
        ),
        "verify_node_presence": Call(
            lead, "POST", f"{paths[1]}/verifications", etag=etag(presences[1])
        ),
        "delete_node_presence": Call(officer, "DELETE", paths[2], etag=etag(presences[2])),
        "declare_node_status": Call(world.leader, "POST", "/node-statuses", weak),
    }


async def _contacts(world: World) -> dict[str, Call]:
    body = {
        "company_id": (await world.company())["id"],
        "name": "李建国",
        "phone": "13812345678",
        "lawful_basis": "public_info",
        "source": "官网",
    }
    kept, removed = [await world.officer.made("/contacts", body) for _ in range(2)]
    seen = await world.agent.made("/introductions", {"company_name": "A", "description": "B"})
    lead = await world.lead()
    link = f"/introductions/{seen['id']}"
    return {
        "create_contact": Call(world.officer, "POST", "/contacts", body),
        "update_contact": Call(
            world.officer,
            "PATCH",
            f"/contacts/{kept['id']}",
            {"title": "董事长", "phone": "13987654321"},
            etag(kept),
        ),
        "delete_contact": Call(
            world.officer, "DELETE", f"/contacts/{removed['id']}", etag=etag(removed)
        ),
        "unmask_contact": Call(
            world.officer, "POST", f"/contacts/{kept['id']}/unmaskings", {"reason": "约访"}
        ),
        "create_introduction": Call(
            world.agent,
            "POST",
            "/introductions",
            {"company_name": "沪上新材", "description": "有意设厂"},
        ),
        "link_introduction": Call(
            world.team_lead, "PATCH", link, {"lead_id": lead["id"]}, etag(seen)
        ),
    }


async def _leads(world: World) -> dict[str, Call]:
    new = {"name": "锗材料项目", "company_id": (await world.company())["id"]}
    kept, removed, shared = [await world.lead() for _ in range(3)]
    members = [{"officer_id": world.officer.id, "role": "lead_negotiator"}]
    path = f"/leads/{kept['id']}"
    return {
        "create_lead": Call(world.officer, "POST", "/leads", new),
        "create_leads": Call(world.officer, "POST", f"/leads{BATCH}", _items(new)),
        "update_lead": Call(
            world.officer, "PATCH", path, {"planned_investment": "5.00"}, etag(kept)
        ),
        "delete_lead": Call(world.officer, "DELETE", f"/leads/{removed['id']}", etag=etag(removed)),
        "change_lead_members": Call(
            world.team_lead,
            "POST",
            f"/leads/{shared['id']}/member-changes",
            {"members": members},
            etag(shared),
        ),
    }


async def _transitions(world: World) -> dict[str, Call]:
    lead, pending, moved = [await world.lead() for _ in range(3)]
    collection, asked = f"/leads/{lead['id']}/stage-transitions", {"to_stage": "contacted"}
    request = await world.officer.made(
        f"/leads/{pending['id']}/stage-transitions", asked, headers={"If-Match": etag(pending)}
    )
    done = await world.move(moved["id"], "contacted")
    return {
        "create_stage_transition": Call(world.officer, "POST", collection, asked, etag(lead)),
        "decide_stage_transition": Call(
            world.team_lead,
            "POST",
            f"/stage-transitions/{request['id']}/decisions",
            {"decision": "recognise"},
            etag(request),
        ),
        "reverse_stage_transition": Call(
            world.team_lead,
            "POST",
            f"/stage-transitions/{done['id']}/reversals",
            {"reason": "误报"},
            etag(done),
        ),
    }


async def _visits(world: World) -> dict[str, Call]:
    company = await world.company()
    new = {"kind": "outbound", "summary": "走访", "company_id": company["id"]}
    kept, reversed_ = [await world.visit() for _ in range(2)]
    return {
        "log_visit": Call(world.officer, "POST", "/visits", new),
        "log_visits": Call(world.officer, "POST", f"/visits{BATCH}", _items(new)),
        "update_visit": Call(
            world.officer, "PATCH", f"/visits/{kept['id']}", {"place": "昆明"}, etag(kept)
        ),
        "reverse_visit": Call(
            world.officer,
            "POST",
            f"/visits/{reversed_['id']}/reversals",
            {"reason": "重复"},
            etag(reversed_),
        ),
    }
