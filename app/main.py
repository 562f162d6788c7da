"""The application: settings, logging, error handlers, routers."""

import gc
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from app.core import audit, handlers
from app.core.admission import Admission
from app.core.common_grams import CommonGrams
from app.core.config import Settings, settings
from app.core.cursors import Cursors
from app.core.db import Database
from app.core.docs import install_docs
from app.core.errors import publish
from app.core.logging import RequestContext
from app.core.notified import NotifiedCache
from app.core.nouns import ByNoun
from app.core.openapi import install_openapi
from app.core.storage import storage_of
from app.kpis.folding import folding
from app.models.errors import DOMAIN_ERRORS
from app.routers import ROUTERS
from app.routers.deps import admit
from app.services.access import Caller

# Bytes from which compressing is quicker than sending: summaries and full pages, not records.
_LARGE = 100_000
_PRINT_OPENAPI = (sys.executable, "-c", "from app.cli import cli; cli()", "openapi", "-")
_EXPOSED = [
    "ETag",
    "Location",
    "Link",
    "Content-Disposition",
    "Retry-After",
    "X-Request-Id",
    "X-Row-Count",
    "Idempotency-Replayed",
    "RateLimit",
    "RateLimit-Policy",
]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    # Start-up objects live for ever: keep them out of every later collection.
    gc.collect()
    gc.freeze()
    async with AsyncExitStack() as running:
        await running.enter_async_context(app.state.callers.listening())
        if app.state.is_folding:
            await running.enter_async_context(folding(app.state.db))
        yield
    await app.state.db.close()


def create_app(config: Settings | None = None, database_url: str | None = None) -> FastAPI:
    """The ASGI application; `database_url` wins over the settings (tests).

    Whoever brings a database of their own also folds the monthly sums when they want it.
    """
    config = config or settings()
    publish(DOMAIN_ERRORS)
    audit.install()
    app = FastAPI(
        title="Yinfeng 引凤",
        version="0.1.0",
        summary="Investment-promotion CRM for development zones",
        lifespan=_lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.settings = config
    app.state.db = Database(database_url or config.database_url or "", config.pool_size)
    app.state.storage = storage_of(config)
    app.state.is_folding = database_url is None
    secret = config.secret_key.get_secret_value() if config.secret_key else secrets.token_hex(32)
    app.state.cursors = Cursors(secret)
    app.state.common_grams = CommonGrams(app.state.db)
    app.state.admit = admit
    app.state.callers = NotifiedCache[Caller](app.state.db, "callers")
    _include_routers(app)
    handlers.install(app)
    install_docs(app, _PRINT_OPENAPI)
    install_openapi(app)
    app.add_middleware(GZipMiddleware, minimum_size=_LARGE, compresslevel=1)
    app.add_middleware(Admission, limit=config.limit_concurrency)
    app.add_middleware(RequestContext, on_error=handlers.internal_error)
    if config.cors_origins:
        _allow_origins(app, config.cors_origins)
    return app


def _allow_origins(app: FastAPI, origins: list[str]) -> None:
    """Browsers on other origins may call; without any, no request pays for the check."""
    app.add_middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "If-Match", "If-None-Match",
                       "Idempotency-Key", "Accept-Language", "X-Request-Id"],
        expose_headers=_EXPOSED,
    )  # fmt: skip


def _include_routers(app: FastAPI) -> None:
    """Routes lie flat in the application: an included router is matched anew for each request."""
    for router in ROUTERS:
        _refuse_undeclared(router)
        app.router.routes.extend(router.routes)
    app.router.middleware_stack = ByNoun(app.router)


def _refuse_undeclared(router: APIRouter) -> None:
    """Deny by default: an endpoint that does not say who may use it does not start."""
    for route in router.routes:
        if getattr(route, "access", None) is None:
            message = f"{getattr(route, 'name', route)} declares no permission"
            raise RuntimeError(message)
