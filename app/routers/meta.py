"""What a front end builds its screens from."""

import hashlib

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from app.core.endpoint import Endpoint
from app.models.meta import ErrorPage, MetaRead, PipelineRead, errors, meta, pipeline
from app.models.roles import Permission
from app.routers.deps import API, PUBLIC, needs

router = APIRouter(prefix=API, tags=["meta"], route_class=Endpoint)


def _tagged(request: Request, document: BaseModel) -> Response:
    body = document.model_dump_json().encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, headers={"ETag": tag}, media_type="application/json")


@router.get("/meta", dependencies=[needs(Permission.meta_read)], response_model=MetaRead)
async def get_meta(request: Request) -> Response:
    """Every enumeration with labels, every field with its type, filters and sorts."""
    return _tagged(request, meta())


@router.get("/meta/errors", dependencies=[PUBLIC], response_model=ErrorPage)
async def list_errors(request: Request) -> Response:
    """The published error codes."""
    return _tagged(request, errors())


@router.get("/pipeline", dependencies=[needs(Permission.meta_read)], response_model=PipelineRead)
async def get_pipeline(request: Request) -> Response:
    """Stages, tracks, moves and clocks: the declaration that the rules run on."""
    return _tagged(request, pipeline())
