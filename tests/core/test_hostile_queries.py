"""Every query parameter of every read, against what breaks naive servers (from OpenAPI)."""

from typing import Any, NamedTuple
from urllib.parse import quote

import pytest

from tests.world import Client, World, problem

SUBJECT = "00000000-0000-0000-0000-000000000000"
READERS = {
    "list_audit_entries": "auditor",
    "list_introductions": "team_lead",
    "get_introduction": "team_lead",
}
NAMES = {"sort", "fields", "metrics"}
SOMEBODY = "00000000-0000-0000-0000-00000000000a"
NEEDED = {
    "metric": "M02",
    "versions": "1",
    "from_at": "2026-01-01T00:00:00Z",
    "term": "new",
    "period": "2026",
    "scope": "zone",
    "scope_id": SUBJECT,
}


class Parameter(NamedTuple):
    """One parameter of one read, and a URL that is fine without it."""

    operation: str
    path: str
    name: str
    is_list: bool
    others: str
    schema: dict[str, Any]

    def url(self, raw: str) -> str:
        return f"/api/v1{self.path}?{self.others}{self.name}={raw}"


async def _path(world: World, path: str) -> str:
    if "{id}" not in path:
        return path
    noun = path.split("/")[1]
    if noun in {"officers", "teams"}:
        return path.replace(
            "{id}", str(world.officer.id if noun == "officers" else world.teams["bio"])
        )
    return path.replace("{id}", SOMEBODY)


async def _parameters(world: World) -> list[Parameter]:
    found = []
    for path, methods in world.app.openapi()["paths"].items():
        operation = methods.get("get", {})
        queries = [p for p in operation.get("parameters", []) if p["in"] == "query"]
        needed = [p["name"] for p in queries if p.get("required")]
        address = await _path(world, path.removeprefix("/api/v1"))
        for query in queries:
            others = [f"{name}={NEEDED[name]}&" for name in needed if name != query["name"]]
            kinds = [query["schema"], *query["schema"].get("anyOf", [])]
            is_list = any(kind.get("type") == "array" for kind in kinds)
            start = (operation["operationId"], address, query["name"])
            found.append(Parameter(*start, is_list, "".join(others), query["schema"]))
    return found


def _reader(world: World, operation: str) -> Client:
    return getattr(world, READERS.get(operation, "leader"))


async def _kinds(world: World) -> list[Parameter]:
    """One parameter for each type, bound and operator of each read."""
    kinds = {}
    for parameter in await _parameters(world):
        shape = {key: value for key, value in parameter.schema.items() if key != "title"}
        operator = parameter.name.partition("__")[2]
        kinds[parameter.operation, operator, str(shape)] = parameter
    return list(kinds.values())


async def _faults(world: World, *raws: str) -> list[str]:
    """Send each raw value to each kind of parameter; what was neither answered nor refused."""
    faults = []
    for parameter in await _kinds(world):
        for raw in raws:
            reply = await _reader(world, parameter.operation).get(parameter.url(raw))
            if reply.status_code not in {200, 400, 422}:
                faults.append(f"{parameter.operation} {parameter.name}={raw}: {reply.text[:200]}")
            elif reply.status_code >= 400:
                assert reply.headers["content-type"] == "application/problem+json"
    return faults


async def test_every_read_is_attacked(world: World) -> None:
    parameters = await _parameters(world)
    assert len({parameter.operation for parameter in parameters}) >= 43
    assert len(parameters) > 500


@pytest.mark.long
async def test_nul_is_refused_by_name(world: World) -> None:
    for parameter in await _parameters(world):
        reply = await _reader(world, parameter.operation).get(parameter.url("a%00b"))
        body = problem(reply, 422, "invalid_values")
        assert [error["parameter"] for error in body["errors"]] == [parameter.name]


@pytest.mark.long
async def test_invalid_utf_8_is_malformed(world: World) -> None:
    for parameter in await _kinds(world):
        reply = await _reader(world, parameter.operation).get(parameter.url("%ff%fe"))
        problem(reply, 400, "malformed_request")


@pytest.mark.long
async def test_a_repeated_single_value_is_refused(world: World) -> None:
    for parameter in await _parameters(world):
        if not parameter.is_list:
            url = f"{parameter.url('1')}&{parameter.name}=1"
            reply = await _reader(world, parameter.operation).get(url)
            body = problem(reply, 422, "invalid_values")
            assert body["errors"][0]["code"] == "repeated_parameter", parameter


@pytest.mark.long
async def test_an_unknown_parameter_names_its_neighbour(world: World) -> None:
    for parameter in await _kinds(world):
        url = parameter.url("1").replace(f"{parameter.name}=", f"{parameter.name}x=")
        body = problem(await _reader(world, parameter.operation).get(url), 422, "invalid_values")
        assert body["errors"][0]["code"] == "unknown_parameter"
        assert body["errors"][0]["parameter"] == f"{parameter.name}x"
        assert f"did you mean: {parameter.name}" in body["errors"][0]["message"]


@pytest.mark.long
async def test_wildcards_are_plain_characters(world: World) -> None:
    assert await _faults(world, "%25_%5C") == []


@pytest.mark.long
async def test_numbers_out_of_range_break_nothing(world: World) -> None:
    assert await _faults(world, str(2**63), "-1") == []


@pytest.mark.long
async def test_odd_texts_break_nothing(world: World) -> None:
    assert await _faults(world, "", "A" * 5000) == []


BEYOND = {
    "limit": ["0", "201", "-1", str(2**63), "ten", "1.5"],
    "page": ["0", "-1", str(2**63), "501", "10001&page_size=1"],
    "page_size": ["0", "201"],
    "sort": ["password_hash", "name;drop", "--name"],
    "fields": ["deleted_at"],
    "expand": ["team"],
    "stage": ["SIGNED"],
    "stage__in": ["", "signed,SIGNED"],
    "is_leading": ["maybe"],
    "received_on": ["2026-02-30", "2026-12..2026-01", "last_0d", "２０２６"],
    "owner_id": ["me"],
    "planned_investment__gt": ["1e5", "NaN"],
    "total": ["some"],
}


async def test_list_parameters_have_bounds(world: World) -> None:
    for name, values in BEYOND.items():
        for value in values:
            reply = await world.officer.get(f"/leads?{name}={value}")
            body = problem(reply, 422, "invalid_values")
            assert {error["parameter"].split(".")[0] for error in body["errors"]} == {name}


MOMENTS = {
    "2026-01-01T00:00:00": 422,
    "2026-01-01": 422,
    "1767225600": 422,
    "2026-13-01T00:00:00Z": 422,
    "0001-01-01T00:00:00%2B14:00": 422,
    "9999-12-31T23:59:59-12:00": 422,
    "2026-01-01T00:00:00Z": 200,
    "2026-01-01T08:00:00%2B08:00": 200,
}


@pytest.mark.parametrize("moment", MOMENTS)
async def test_instants_are_aware_and_in_range(world: World, moment: str) -> None:
    reply = await world.leader.get(f"/kpis/zone?period=2026&as_of={moment}")
    assert reply.status_code == MOMENTS[moment], reply.text
    if reply.status_code == 422:
        assert problem(reply, 422, "invalid_values")["errors"][0]["parameter"] == "as_of"


def _valid(document: Any, name: str, schema: dict[str, Any]) -> str:
    """A value that the parameter takes."""
    if "$ref" in schema:
        return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["enum"][0]
    if "anyOf" in schema:
        return _valid(document, name, schema["anyOf"][0])
    if schema.get("type") == "array":
        return (
            {"metrics": "M01"}.get(name, "id")
            if name in NAMES
            else _valid(document, name, schema["items"])
        )
    kinds = {"integer": str(max(7, schema.get("minimum", 7))), "boolean": "true"}
    fitting = SUBJECT if schema.get("format") == "uuid" else "a"
    return schema.get("examples", schema.get("enum", [kinds.get(schema["type"], fitting)]))[0]


@pytest.mark.long
async def test_every_parameter_takes_what_it_documents(world: World) -> None:
    document, sent = world.app.openapi(), 0
    for parameter in await _kinds(world):
        if parameter.name in {"cursor", "expand"} or SOMEBODY in parameter.path:
            continue
        value = NEEDED.get(parameter.name) or _valid(document, parameter.name, parameter.schema)
        reply = await _reader(world, parameter.operation).get(parameter.url(quote(value)))
        assert reply.status_code == 200, f"{parameter}={value}: {reply.text}"
        sent += 1
    assert sent > 200
