"""Finding the route: among those of the path's noun alone.

The framework tries one route after another, three hundred for some (docs/performance.md).
"""

from collections import defaultdict

from fastapi import APIRouter
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

# Of `/api/v1/NOUN/...`, with what is before the first slash.
_SEGMENTS = 4


class ByNoun:
    """In front of a router whose routes are complete: the same routes in the same order.

    A path of no noun (and whatever is no request) goes to the router itself.
    """

    def __init__(self, router: APIRouter) -> None:
        self.whole = router.app
        routes: dict[str, list[BaseRoute]] = defaultdict(list)
        for route in router.routes:
            routes[_noun(getattr(route, "path", ""))].append(route)
        self.by_noun = {noun: _router(found).app for noun, found in routes.items() if noun}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        app = self.by_noun.get(_noun(scope.get("path", "")), self.whole)
        await app(scope, receive, send)


def _noun(path: str) -> str:
    parts = path.split("/", _SEGMENTS)
    return "/".join(parts[:_SEGMENTS]) if len(parts) >= _SEGMENTS else ""


def _router(routes: list[BaseRoute]) -> APIRouter:
    router = APIRouter(redirect_slashes=False)
    router.routes.extend(routes)
    return router
