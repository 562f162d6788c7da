"""Every field of every body and every parameter of every list, against what breaks naive servers.

Generated from the OpenAPI document, so that a new endpoint is attacked without a new test.
"""

import itertools
import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from app.core.base import new_id
from tests.world import World, problem
from tests.writes import FILE, Call, every_write

Path = tuple[str | int, ...]
REFUSED = ("invalid_values", "batch_refused")
NOBODY = "0192f4b8-0000-7000-8000-000000000000"
MARK = "@@hostile@@"
WRONG_TYPES: dict[str, list[Any]] = {
    "string": [1, True, []],
    "boolean": ["true", 1, 0, {}],
    "integer": ["many", 1.5, True, []],
    "array": ["a", {}, [[]]],
    "object": ["a", [[]]],
}
# NUL, half a character, no finite number, no int4, no int8.
WRONG_FOR_ALL = [r'"a\u0000b"', r'"a\ud800"', "1e999", str(2**31), str(-(2**63) - 1)]
NO_AMOUNTS = ["NaN", "Infinity", "-1.00", "1e3", "0.001", "9" * 19, "１２", ""]
READ_ONLY = ("id", "version", "created_at", "created_by_id", "updated_at", "is_demo", "deleted_at")


class Target(NamedTuple):
    """One field of one valid body."""

    operation: str
    call: Call
    place: Path
    schema: dict[str, Any]

    @property
    def pointer(self) -> str:
        return "".join(f"/{part}" for part in self.place)

    def body(self, raw: str) -> bytes:
        """The valid body with this raw JSON text in the field's place."""
        return _placed(self.call.json, self.place).replace(f'"{MARK}"', raw).encode()


def _placed(valid: Any, place: Path) -> str:
    body = deepcopy(valid)
    spot: Any = body
    for step, after in itertools.pairwise(place):
        empty: Any = [] if isinstance(after, int) else {}
        if isinstance(step, int):
            spot.extend([empty] * (step + 1 - len(spot)))
        elif not isinstance(spot.get(step), type(empty)):
            spot[step] = empty
        spot = spot[step]
    if isinstance(spot, list):
        spot[:] = [MARK]
    else:
        spot[place[-1]] = MARK
    return json.dumps(body)


def _resolved(document: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind references and beside null."""
    if "$ref" in schema:
        return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    choices = [choice for choice in schema.get("anyOf", []) if choice.get("type") != "null"]
    return _resolved(document, choices[0]) if choices else schema


def _places(document: Any, schema: dict[str, Any], at: Path = ()) -> Iterator[tuple[Path, Any]]:
    schema = _resolved(document, schema)
    if at:
        yield at, schema
    for name, field in schema.get("properties", {}).items():
        yield from _places(document, field, (*at, name))
    if "items" in schema and at != ("items",):  # a batch takes what the single create takes
        yield from _places(document, schema["items"], (*at, 0))


async def _targets(world: World) -> list[Target]:
    document, calls = world.app.openapi(), await every_write(world)
    found = []
    for methods in document["paths"].values():
        for operation in methods.values():
            content = operation.get("requestBody", {}).get("content", {})
            if body := content.get("application/json"):
                name = operation["operationId"]
                places = _places(document, body["schema"])
                found += [Target(name, calls[name], *place) for place in places]
    return found


async def _refusals(world: World, sent: list[tuple[Target, str]]) -> list[str]:
    """Send each; what was not refused at its own field, and whether anything was written."""
    before, faults = await world.fingerprint(), []
    for target, raw in sent:
        reply = await target.call.send(content=target.body(raw))
        body = reply.json()
        pointers = [error.get("pointer", "") for error in body.get("errors", [])]
        own = any(f"{pointer}/".startswith(f"{target.pointer}/") for pointer in pointers)
        if (reply.status_code, body.get("code") in REFUSED, own) != (422, True, True):
            faults.append(f"{target.operation}{target.pointer} {raw[:40]}: {reply.text[:200]}")
    assert await world.fingerprint() == before
    return faults


async def test_every_json_write_is_attacked(world: World) -> None:
    targets = await _targets(world)
    names = {target.operation for target in targets}
    assert len(names) >= 27
    assert ("log_visit", ("guests", 0, "name")) in {(t.operation, t.place) for t in targets}


def _attacks(target: Target) -> list[str]:
    """Raw JSON values that this field must refuse."""
    kind = target.schema.get("type", "string")
    raws = [json.dumps(value) for value in WRONG_TYPES[kind]] + WRONG_FOR_ALL
    if kind == "string":
        raws.append(json.dumps("9" * 20_001))
    if target.place in {("planned_investment",), ("members", 0, "share")}:
        raws += [json.dumps(text) for text in NO_AMOUNTS]
    return raws


@pytest.mark.long
async def test_hostile_values_are_refused_at_their_field(world: World) -> None:
    sent = [(target, raw) for target in await _targets(world) for raw in _attacks(target)]
    assert len(sent) > 1000
    assert await _refusals(world, sent) == []


@pytest.mark.long
async def test_references_to_nothing_are_refused(world: World) -> None:
    targets = [t for t in await _targets(world) if t.schema.get("format") == "uuid"]
    for index, target in enumerate(targets):
        if target.operation.startswith("log_visit") and target.place[-1] == "lead_id":
            visit = {"kind": "local", "summary": "走访"}
            is_batch = target.operation == "log_visits"
            call = replace(target.call, json={"items": [visit]} if is_batch else visit)
            targets[index] = target._replace(call=call)
        if (target.operation, target.place[-1]) == ("create_service_task", "company_id"):
            alone = {name: value for name, value in target.call.json.items() if name != "lead_id"}
            targets[index] = target._replace(call=replace(target.call, json=alone))
        if target.operation == "check_duplicates":
            look = {"subject": "lead", "lead": {"name": "甲"}}
            targets[index] = target._replace(call=replace(target.call, json=look))
    assert len(targets) >= 11
    assert await _refusals(world, [(t, f'"{new_id()}"') for t in targets]) == []


@pytest.mark.long
async def test_fields_that_nobody_may_set_are_refused(world: World) -> None:
    calls = [call for call in (await every_write(world)).values() if call.json is not None]
    before = await world.fingerprint()
    for call in calls:
        for name in ("unheard_of", "a/b~c", "", *READ_ONLY):
            reply = await call.send(content=json.dumps(call.json | {name: None}).encode())
            body = problem(reply, 422, "invalid_values")
            pointer = "/" + name.replace("~", "~0").replace("/", "~1")
            assert [error["pointer"] for error in body["errors"]] == [pointer], call.path
    assert await world.fingerprint() == before


async def test_a_name_of_half_a_character_is_refused(world: World) -> None:
    body = b'{"name": "A", "company": {"\\ud800": 1}}'
    sent = {"Content-Type": "application/json"}
    reply = await world.officer.request("POST", "/companies", content=body, headers=sent)
    errors = problem(reply, 422, "invalid_values")["errors"]
    assert [(error["pointer"], error["code"]) for error in errors] == [
        ("/company", "string_unicode")
    ]


MALFORMED = {
    b"[" * 100_000: "malformed_json",
    b"[" * 100_000 + b"]" * 100_000: "malformed_json",
    b'{"a":' * 25 + b"1" + b"}" * 25: "nested_too_deeply",
    b'{"name": NaN}': "malformed_json",
    b'{"name": -Infinity}': "malformed_json",
    b'{"name": "A", "name": "B"}': "duplicate_json_key",
    b'{"guests": [{"name": "A", "name": "B"}]}': "duplicate_json_key",
    b'{"year": 1' + b"0" * 5000 + b"}": "malformed_json",
    b'{"name": "\xff\xfe"}': "malformed_json",
    b'{"name": "A"': "malformed_json",
    b"": "invalid_values",
    b"null": "invalid_values",
    b"[]": "invalid_values",
    b'"text"': "invalid_values",
}


@pytest.mark.long
async def test_bodies_that_are_no_json_object(world: World) -> None:
    calls = [call for call in (await every_write(world)).values() if call.json is not None]
    before = await world.fingerprint()
    for call in calls:
        for body, code in MALFORMED.items():
            status = 422 if code == "invalid_values" else 400
            problem(await call.send(content=body), status, code)
    assert await world.fingerprint() == before


async def test_ten_megabytes_are_too_large(world: World) -> None:
    before = await world.fingerprint()
    for path in ("/companies", "/leads"):
        body = b'{"name": "' + b"A" * 10_000_000 + b'"}'
        sent = {"Content-Type": "application/json"}
        problem(
            await world.officer.request("POST", path, content=body, headers=sent), 413, "too_large"
        )
    assert await world.fingerprint() == before


@pytest.mark.parametrize("given", ["1", "-1", str(2**63), "a", "%00", "%2e%2e", NOBODY])
async def test_ids_of_nothing(world: World, given: str) -> None:
    before = await world.fingerprint()
    for method in ("GET", "PATCH", "DELETE"):
        for noun in ("leads", "companies", "contacts"):
            path, sent = f"/{noun}/{given}", {"If-Match": '"v1"'}
            response = await world.officer.request(method, path, headers=sent, json={})
            problem(response, 404, "not_found")
    assert await world.fingerprint() == before


async def test_a_parent_with_children_stays(world: World) -> None:
    company = await world.company()
    children = [
        await world.lead(company_id=company["id"]),
        await world.visit(company_id=company["id"]),
    ]
    before = await world.fingerprint()
    for path in (f"/companies/{child['company_id']}" for child in children):
        problem(await world.officer.delete(path, '"v1"'), 409, "in_use")
    team = f"/teams/{world.teams['bureau']}"
    problem(await world.system_admin.delete(team, '"v1"'), 409, "in_use")
    assert await world.fingerprint() == before


@pytest.mark.parametrize(
    ("name", "year", "field"),
    [
        ("a\x00b", "2025", "name"),
        (" ", "2025", "name"),
        ("A", "1e9", "year"),
        ("A", "9" * 25, "year"),
    ],
)
async def test_form_fields_are_bounded(world: World, name: str, year: str, field: str) -> None:
    before, sent = await world.fingerprint(), {"file": ("list.csv", FILE)}
    reply = await world.team_lead.request(
        "POST", "/company-list-imports", data={"name": name, "year": year}, files=sent
    )
    errors = problem(reply, 422, "invalid_values")["errors"]
    assert [error["pointer"] for error in errors] == [f"/{field}"]
    assert await world.fingerprint() == before


@pytest.mark.parametrize("username", ["a%00b", "%ff%fe", "%ed%a0%80", "a" * 5000])
async def test_log_in_with_odd_names(world: World, username: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = await world.nobody.request(
        "POST", "/sessions", content=f"username={username}&password=x", headers=form
    )
    assert reply.status_code in {401, 422}, reply.text
    problem(reply, reply.status_code, reply.json()["code"])
