"""No more requests in hand than a worker can serve in time; the others are answered 503 at once.

The server's own `limit_concurrency` counts idle kept-alive connections too and answers in plain
text.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.errors import Problem
from app.core.handlers import problem_response


class Admission:
    """Counts the requests in hand; above `limit` a request gets the problem `busy`."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app, self.limit = app, limit
        self.in_hand = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.in_hand >= self.limit:
            busy = Problem("busy", headers={"Retry-After": "1"})
            await problem_response(busy)(scope, receive, send)
            return
        self.in_hand += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.in_hand -= 1
