"""Request ids, one log line per request, the outermost catch: pure ASGI, no task per request."""

import json
import logging
import re
import time
from contextvars import ContextVar
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.base import new_id
from app.core.clock import now
from app.core.i18n import LANGUAGES, language, negotiate

request_id: ContextVar[str] = ContextVar("request_id", default="-")
_log = logging.getLogger("yinfeng.access")
SLOW_SECONDS = 1.0
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class JsonLines(logging.Formatter):
    """One JSON object per line, the request id in each."""

    def format(self, record: logging.LogRecord) -> str:
        """Fields: at, level, logger, request_id, message, and what the call passed as `extra`."""
        entry: dict[str, Any] = {
            "at": now().isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": request_id.get(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def configure() -> None:
    """Log to standard error; call once per process."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("yinfeng")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)


class RequestContext:
    """Gives each request its id and language; logs it; nothing unhandled passes this line.

    An exception that reached the server would reset the next request on a keep-alive connection.
    """

    def __init__(self, app: ASGIApp, *, on_error: ASGIApp) -> None:
        self.app, self.on_error = app, on_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given, languages = _asked(scope)
        request_id.set(given if _GIVEN_ID.fullmatch(given) else new_id().hex)
        language.set(negotiate(languages))
        await self._guarded(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status = time.perf_counter(), 0

        async def stamped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _stamp(message["headers"])
            await send(message)

        try:
            await self.app(scope, receive, stamped)
        except Exception:
            _log.exception("unhandled")
            if status:
                raise
            await self.on_error(scope, receive, stamped)
        finally:
            _log_request(scope, status, time.perf_counter() - started)


def _asked(scope: Scope) -> tuple[str, str]:
    """`X-Request-Id` and `Accept-Language` as sent."""
    given = languages = ""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given = value.decode("latin-1")
        elif name == b"accept-language":
            languages = value.decode("latin-1")
    return given, languages


def _stamp(headers: list[tuple[bytes, bytes]]) -> None:
    """The request's id on every reply; language and caching where the reply says nothing."""
    names = {name for name, _ in headers}
    headers.append((b"x-request-id", request_id.get().encode()))
    if b"content-language" not in names:
        headers.append((b"content-language", LANGUAGES[language.get()].encode()))
    if b"cache-control" not in names:
        headers.append((b"cache-control", b"private, no-cache"))


def _log_request(scope: Scope, status: int, seconds: float) -> None:
    """Writes, refusals and slow reads; plain reads only at level DEBUG."""
    is_plain = scope["method"] == "GET" and status < 400 and seconds < SLOW_SECONDS
    level = logging.DEBUG if is_plain else logging.INFO
    if _log.isEnabledFor(level):
        fields = {"status": status, "ms": round(seconds * 1000, 2)}
        _log.log(level, "%s %s", scope["method"], scope["path"], extra={"fields": fields})
