"""The contract and its interactive pages, which work without the internet: assets of a package."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

OPENAPI = "/openapi.json"


class Contract:
    """The OpenAPI document, made once when first asked for by a process of its own.

    In a worker it would take seconds, in which nobody else is answered, and 40 MB for good.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command, self._body, self._making = command, b"", asyncio.Lock()

    async def body(self) -> bytes:
        """The document's bytes; whoever asks meanwhile waits for the same ones."""
        async with self._making:
            if not self._body:
                self._body = await _output(self._command)
        return self._body


async def _output(command: Sequence[str]) -> bytes:
    child = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    try:
        body, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
    if child.returncode:
        message = f"{command[-1]}: exit code {child.returncode}"
        raise RuntimeError(message)
    return body


def install_docs(app: FastAPI, command: Sequence[str]) -> None:
    """Serve the contract that `command` prints, `/docs` and its assets."""
    contract = Contract(command)

    @app.get(OPENAPI, include_in_schema=False)
    async def openapi() -> Response:
        return Response(await contract.body(), media_type="application/json")

    folder = str(files("fastapi_offline") / "static")
    app.mount("/docs/assets", StaticFiles(directory=folder), name="docs-assets")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=OPENAPI,
            title=app.title,
            swagger_js_url="/docs/assets/swagger-ui-bundle.js",
            swagger_css_url="/docs/assets/swagger-ui.css",
            swagger_favicon_url="/docs/assets/favicon.png",
            swagger_ui_parameters={"persistAuthorization": True},
        )
