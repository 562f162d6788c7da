"""Routes are found by their noun, and are those that the framework would find."""

from typing import Any

import pytest
from fastapi import APIRouter
from starlette.responses import PlainTextResponse
from starlette.routing import Match, Mount, Route

from app.core.nouns import ByNoun
from app.main import create_app

ID = "01890000-0000-7000-8000-000000000000"


def first(routes: list[Any], path: str, method: str) -> Any:
    scope = {"type": "http", "path": path, "method": method, "headers": [], "root_path": ""}
    return next((route for route in routes if route.matches(scope)[0] is Match.FULL), None)


def asked(route: Any) -> str:
    """A path that the route matches; a word where it takes no id."""
    return route.path.replace(":uuid", "").replace("{id}", ID).replace("{", "").replace("}", "")


def test_every_path_finds_the_route_that_all_routes_in_order_find() -> None:
    app = create_app(database_url="postgresql+asyncpg://nobody@/none")
    by_noun: Any = app.router.middleware_stack
    assert isinstance(by_noun, ByNoun)
    found = 0
    for route in (route for route in app.routes if isinstance(route, Route)):
        for method in route.methods or ():
            path = asked(route)
            noun = "/".join(path.split("/")[:4])
            mine = by_noun.by_noun.get(noun)
            if mine is not None:
                routes: Any = mine.__self__.routes  # pyright: ignore[reportFunctionMemberAccess]  a bound method
                assert first(routes, path, method) is first(app.routes, path, method), path
                assert len(routes) < 20
                found += 1
    assert found > 300


async def said(path: str, method: str = "GET") -> tuple[int, str]:
    """What a small application answers, with a mount that lies beside the nouns."""

    async def leads(_: Any) -> PlainTextResponse:
        return PlainTextResponse("leads")

    async def asset(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("asset")(scope, receive, send)

    router, sent = APIRouter(redirect_slashes=False), []
    router.routes.extend([Route("/api/v1/leads", leads), Mount("/docs/assets", asset)])

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "method": method, "headers": [], "root_path": ""}
    await ByNoun(router)(scope, receive, send)
    return sent[0]["status"], sent[1]["body"].decode()


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        ("/api/v1/leads", "GET", (200, "leads")),
        ("/docs/assets/leads", "GET", (200, "asset")),
        ("/api/v1/leads", "POST", (405, "Method Not Allowed")),
        ("/api/v1/leads/", "GET", (404, "Not Found")),
        ("/api/v1/nothing", "GET", (404, "Not Found")),
        ("/", "GET", (404, "Not Found")),
    ],
)
async def test_what_is_no_noun_goes_on_as_before(
    path: str, method: str, expected: tuple[int, str]
) -> None:
    assert await said(path, method) == expected
