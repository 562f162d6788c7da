"""A small zone for tests: two teams under a bureau, an account per role, clients over HTTP."""

import hashlib
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

import asyncpg
import httpx2
from fastapi import FastAPI

from app.core.base import new_id
from app.core.errors import STATUS
from app.models.codes import synthetic_credit_code
from app.models.gates import DECLARED
from app.models.zone_credits import CREDIT

API = "/api/v1"
_SIGNED = ["contacted", "negotiating", "pre_signing", "signed", "registered"]
PATHS = {
    "construction": [*_SIGNED, "building", "completed", "producing", "at_capacity"],
    "equipment": [*_SIGNED, "building", "producing", "at_capacity"],
    "opening": [*_SIGNED, "producing", "at_capacity"],
}


def problem(response: httpx2.Response, status: int, code: str) -> Any:
    """The body of a refusal that must be a problem document with this status and published code."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code), body
    assert (body["status"], STATUS[code]) == (status, status)
    assert body["request_id"] == response.headers["x-request-id"]
    return body


async def emptying(database: asyncpg.Connection) -> str:
    """The statements that empty every table, triggers and foreign keys off.

    What the migrations put in stays: the first version of every metric and of the credit policy.
    """
    tables = await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    names = [row["tablename"] for row in tables if row["tablename"] != "alembic_version"]
    kept = {
        "metric_definitions": " WHERE definition_version > 1",
        "credit_policies": " WHERE effective_on > '1949-10-01'",
    }
    deletes = ";".join(f'DELETE FROM "{name}"{kept.get(name, "")}' for name in names)
    return f"SET session_replication_role = replica; {deletes}; RESET session_replication_role"


class Client:
    """One account's view of the API; `path` is below `/api/v1`."""

    def __init__(
        self, http: httpx2.AsyncClient, officer_id: UUID | None, token: str | None
    ) -> None:
        self.http, self.id, self.token = http, str(officer_id), token

    async def request(self, method: str, path: str, **given: Any) -> httpx2.Response:
        headers = {"Accept-Language": "en", **given.pop("headers", {})}
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        url = path if path.startswith(("/api", "/health", "/docs", "/openapi")) else API + path
        return await self.http.request(method, url, headers=headers, **given)

    async def get(self, path: str, **given: Any) -> httpx2.Response:
        return await self.request("GET", path, **given)

    async def post(self, path: str, json: Any = None, **given: Any) -> httpx2.Response:
        return await self.request("POST", path, json=json, **given)

    async def patch(self, path: str, json: Any, etag: str | None, **given: Any) -> httpx2.Response:
        headers = {"If-Match": etag} if etag else {}
        return await self.request("PATCH", path, json=json, headers=headers, **given)

    async def delete(self, path: str, etag: str | None) -> httpx2.Response:
        return await self.request("DELETE", path, headers={"If-Match": etag} if etag else {})

    async def made(self, path: str, json: Any, **given: Any) -> Any:
        """The body of a POST that must succeed."""
        response = await self.post(path, json, **given)
        assert response.status_code == 201, response.text
        return response.json()

    async def seen(self, path: str, **given: Any) -> Any:
        """The body of a GET that must succeed."""
        response = await self.get(path, **given)
        assert response.status_code == 200, response.text
        return response.json()


class World:
    """The zone and its people; facts are made through the API."""

    def __init__(self, app: FastAPI, database: asyncpg.Connection) -> None:
        self.app, self.database = app, database
        self.teams: dict[str, UUID] = {}
        self._numbers = iter(range(1, 900_000))

    async def __aenter__(self) -> Self:
        transport = httpx2.ASGITransport(app=self.app)
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://testserver")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def people(self) -> None:
        """Bureau ⊃ (bio, metal); two officers in bio, one in metal; one account per other role."""
        await self.database.execute(
            "INSERT INTO zone_profiles (id, version, created_at, updated_at, name, city_code)"
            " VALUES ($1, 1, now(), now(), '昆明高新区', '5301') ON CONFLICT DO NOTHING",
            new_id(),
        )
        await self.without_gates()
        await self.database.execute(
            "INSERT INTO target_weights (id, version, created_at, updated_at, gap, lists,"
            " expansion_signals, relations, mobility, compliance, coupling_strength,"
            " list_kinds_for_full, signal_days, visited_value) VALUES"
            " ($1, 1, now(), now(), 0.35, 0.2, 0.15, 0.15, 0.1, 0.05, 6, 2, 365, 0.5)"
            " ON CONFLICT DO NOTHING",
            new_id(),
        )
        await self.team("bureau")
        await self.team("bio", "bureau")
        await self.team("metal", "bureau")
        self.officer = await self.account("officer", "bio")
        self.colleague = await self.account("officer", "bio")
        self.stranger = await self.account("officer", "metal")
        self.team_lead = await self.account("team_lead", "bio")
        self.other_lead = await self.account("team_lead", "metal")
        self.leader = await self.account("leader", "bureau")
        self.assessor = await self.account("assessor")
        self.agent = await self.account("agent")
        self.auditor = await self.account("auditor")
        self.system_admin = await self.account("system_admin")
        self.security_admin = await self.account("security_admin")
        self.audit_admin = await self.account("audit_admin")
        self.nobody = Client(self.http, None, None)

    async def without_gates(self) -> None:
        """Switch every item of every gate off, for what is not about gates."""
        await self.database.executemany(
            "INSERT INTO gate_settings (id, version, created_at, updated_at, stage, item, need)"
            " VALUES ($1, 1, now(), now(), $2, $3, 'off') ON CONFLICT DO NOTHING",
            [(new_id(), *row) for row in sorted(DECLARED)],
        )

    async def with_gates(self) -> None:
        """The gates as declared."""
        await self.database.execute("DELETE FROM gate_settings")

    def everyone(self) -> dict[str, Client]:
        """One client per role."""
        roles = ["officer", "team_lead", "leader", "assessor", "agent", "auditor"]
        return {
            r: getattr(self, r) for r in [*roles, "system_admin", "security_admin", "audit_admin"]
        }

    async def settled(self) -> None:
        """After changing accounts, log-ins or teams in SQL: the application has heard of it."""
        await self.app.state.callers.settle()

    async def team(self, name: str, parent: str | None = None) -> UUID:
        """A team row."""
        team_id = new_id()
        above = self.teams.get(parent) if parent else None
        path = [team_id] + ([above] if above else [])
        await self.database.execute(
            "INSERT INTO teams (id, version, created_at, updated_at, name, kind, parent_id,"
            " is_active, path, is_demo, search_text, name_sort)"
            " VALUES ($1, 1, now(), now(), $2, 'industry_team', $3, true, $4, false, $2, $2)",
            team_id, name, above, path,
        )  # fmt: skip
        self.teams[name] = team_id
        return team_id

    async def headquarters(self, name: str = "指挥部") -> str:
        """A team of kind `headquarters`, made by the administrator."""
        body = {"name": f"{name}{next(self._numbers)}", "kind": "headquarters"}
        return str((await self.system_admin.made("/teams", body))["id"])

    async def account(self, role: str, team: str | None = None, digest: str = "-") -> Client:
        """An account and a client logged in to it; the token is minted, for Argon2 is slow."""
        officer_id, token = new_id(), new_id().hex
        name = f"{role}-{token[-6:]}"
        await self.database.execute(
            "INSERT INTO officers (id, version, created_at, updated_at, name, username, role,"
            " team_id, is_active, password_hash, failed_count, is_demo, search_text, name_sort)"
            " VALUES ($1, 1, now(), now(), $2, $2, $3, $4, true, $5, 0, false, $2, $2)",
            officer_id, name, role, self.teams.get(team or ""), digest,
        )  # fmt: skip
        await self.database.execute(
            "INSERT INTO officer_sessions (id, officer_id, token_hash, created_at, last_seen_at,"
            " expires_at) VALUES ($1, $2, $3, now(), now(), now() + interval '12 hours')",
            new_id(), officer_id, hashlib.sha256(token.encode()).digest(),
        )  # fmt: skip
        return Client(self.http, officer_id, token)

    async def company(self, name: str | None = None, **more: Any) -> Any:
        """A company; the first one without a name has a plain one, later ones are numbered."""
        number = next(self._numbers)
        default = f"云南贵金属新材料{number if number > 1 else ''}股份有限公司"
        body = {"name": name or default, "credit_code": synthetic_credit_code(number), **more}
        return await self.officer.made("/companies", body)

    async def node(self, chain: Any, code: str, **more: Any) -> Any:
        """A node of a chain."""
        body = {"industry_chain_id": chain["id"], "code": code, "name": f"环节{code}", **more}
        return await self.team_lead.made("/chain-nodes", {"tier": "midstream", **body})

    async def combination(self, name: str, team: str | None = None, **more: Any) -> Any:
        """A unit, of a team where one is named."""
        body = {"name": name, "team_id": str(self.teams[team]) if team else None, **more}
        return await self.leader.made("/combinations", body)

    async def lead(self, client: Client | None = None, **more: Any) -> Any:
        """A lead at `identified`, with a company unless one is given.

        What is credited of it is said by the head of the officer's team.
        """
        if "company_id" not in more:
            more["company_id"] = (await self.company())["id"]
        credit = {name: more.pop(name) for name in CREDIT if name in more}
        lead = await (client or self.officer).made("/leads", {"name": "贵金属产业园项目", **more})
        if not credit:
            return lead
        changed = await self.team_lead.patch(f"/leads/{lead['id']}", credit, '"v1"')
        assert changed.status_code == 200, changed.text
        return changed.json()

    async def ask(self, lead_id: str, client: Client | None = None, **body: Any) -> Any:
        """A requested transition of a lead, pending unless the caller may recognise it."""
        client = client or self.officer
        lead = await client.get(f"/leads/{lead_id}")
        headers = {"If-Match": lead.headers["etag"]}
        return await client.made(f"/leads/{lead_id}/stage-transitions", body, headers=headers)

    async def decide(self, transition: Any, decision: str = "recognise") -> Any:
        """The leader's answer to a pending transition."""
        headers = {"If-Match": f'"v{transition["version"]}"'}
        path = f"/stage-transitions/{transition['id']}/decisions"
        return await self.leader.made(path, {"decision": decision}, headers=headers)

    async def take_back(self, path: str, record: Any, client: Client | None = None) -> Any:
        """A transition or visit reversed, by the leader unless given."""
        headers = {"If-Match": f'"v{record["version"]}"'}
        body = {"reason": "录入有误"}
        return await (client or self.leader).made(
            f"/{path}/{record['id']}/reversals", body, headers=headers
        )

    async def move(self, lead_id: str, to: str, client: Client | None = None, **more: Any) -> Any:
        """A recognised move: asked for by the owner, recognised by the leader."""
        return await self.decide(await self.ask(lead_id, client, to_stage=to, **more))

    async def members(
        self, lead_id: str, *parts: tuple[Client, str, str | None], by: Client | None = None
    ) -> Any:
        """The lead with new members, each an account, a role and a share or none for the policy."""
        members = [
            {"officer_id": client.id, "role": role, **({"share": share} if share else {})}
            for client, role, share in parts
        ]
        lead = await self.leader.get(f"/leads/{lead_id}")
        headers = {"If-Match": lead.headers["etag"]}
        path = f"/leads/{lead_id}/member-changes"
        return await (by or self.leader).made(path, {"members": members}, headers=headers)

    async def lead_at(
        self, stage: str, track: str = "construction", client: Client | None = None, **more: Any
    ) -> Any:
        """A lead moved by the leader up to `stage`; signed for 2 亿元 unless given."""
        amount = more.pop("agreed_amount", "200000000.00")
        lead = await self.lead(client, track=track, **more)
        for step in PATHS[track]:
            if lead["stage"] == stage:
                break
            extra = {"agreed_amount": amount} if step == "signed" else {}
            done = await self.ask(lead["id"], self.leader, to_stage=step, **extra)
            lead["stage"] = done["to_stage"]
        return await (client or self.officer).seen(f"/leads/{lead['id']}")

    async def visit(self, client: Client | None = None, **more: Any) -> Any:
        """A visit on a company."""
        if not {"lead_id", "company_id", "company"} & set(more):
            more["company_id"] = (await self.company())["id"]
        body = {"kind": "outbound", "summary": "走访了解用地需求", **more}
        return await (client or self.officer).made("/visits", body)

    async def fingerprint(self) -> str:
        """A digest of every row of every table, without `last_seen_at`, which follows the clock."""
        tables = await self.database.fetch(
            "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        )
        rows = " UNION ALL ".join(
            f"SELECT '{table['name']}' || (to_jsonb(t) - 'last_seen_at')::text AS line"
            f' FROM "{table["name"]}" t'
            for table in tables
        )
        digest = f"SELECT md5(string_agg(line, ' ' ORDER BY line)) FROM ({rows}) AS lines"
        return str(await self.database.fetchval(digest))

    async def kpis(self, scope: str, query: str, client: Client | None = None) -> dict[str, Any]:
        """All numbers of a scope and their parts; read by the leader unless given."""
        page = await (client or self.leader).seen(f"/kpis/{scope}?{query}&expand=breakdown")
        return {
            row["subject"]["id"]: {value["metric"]: value for value in row["values"]}
            for row in page["items"]
        }

    async def instant(self) -> str:
        """The database's clock, as `as_of` takes it."""
        moment: Any = await self.database.fetchval("SELECT clock_timestamp()")
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    async def opened(self, url: str, client: Client | None = None) -> list[Any]:
        """Every row behind a number."""
        rows: list[Any] = []
        while url:
            page = await (client or self.leader).get(url)
            assert page.status_code == 200, page.text
            rows += page.json()["items"]
            url = page.links.get("next", {}).get("url", "")
        return rows

    async def check_drill(self, value: Any, client: Client | None = None) -> None:
        """A number's rows add up to it, and so do those of each of its parts."""
        for part in (value, *value["breakdown"]):
            rows = await self.opened(part["drill"], client)
            if value["metric"] == "T02":
                assert part is not value or part["value"] == str(len(rows)), part
                continue
            for name in ("numerator", "denominator") if "denominator" in part else ("value",):
                total = sum(Decimal(row["quantity"]) for row in rows if row["part"] == name)
                assert Decimal(part[name]) == total, part
