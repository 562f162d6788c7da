"""What OpenAPI says beside the shapes: every problem an operation may answer, headers, access.

One rule set for all operations, so that no path function repeats it.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.core.asked import parameter_schemas
from app.core.errors import ProblemBody

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_TEXTS = {
    400: "Malformed request: bad JSON, bad cursor, bad encoding.",
    401: "Log in first.",
    403: "The caller's role or scope does not allow this.",
    404: "Absent, or hidden from the caller.",
    409: "The state of the record, a duplicate or a request in progress stands against it.",
    412: "Changed by somebody else since it was read.",
    413: "Body larger than the limit.",
    415: "Not the expected content type.",
    422: "Invalid values; `errors` names each field.",
    423: "The record is dated in a closed period.",
    428: "If-Match is needed.",
    429: "Too many requests.",
    500: "A fault of ours.",
    503: "Busy; try again.",
}
_SECURITY = {
    "OAuth2PasswordBearer": {
        "type": "oauth2",
        "flows": {"password": {"scopes": {}, "tokenUrl": "/api/v1/sessions"}},
    }
}
_ETAG = {"ETag": {"description": "The record's version.", "schema": {"type": "string"}}}
_LOCATION = {"Location": {"description": "The new record.", "schema": {"type": "string"}}}


def problem_responses(
    *, is_public: bool, is_write: bool, has_body: bool, has_id: bool, needs_match: bool
) -> dict[int | str, dict[str, Any]]:
    """The problems that an operation of this form may answer."""
    codes = [400, 422, 500, 503]
    codes += [] if is_public else [401, 403]
    codes += [404] if has_id else []
    codes += [409] if is_write else []
    codes += [423] if is_write and has_body and not is_public else []
    codes += [413, 415] if has_body else []
    codes += [412, 428] if needs_match else []
    codes += [401, 429] if is_public and is_write else []
    return {code: {"description": _TEXTS[code], "content": _PROBLEM} for code in sorted(codes)}


def install_openapi(app: FastAPI) -> None:
    """Serve one document, built once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  FastAPI's documented way


def _document(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        separate_input_output_schemas=True,
    )
    schemas = schema["components"]["schemas"]
    template = "#/components/schemas/{model}"
    problem = ProblemBody.model_json_schema(ref_template=template, mode="serialization")
    schemas |= problem.pop("$defs", {})
    schemas["Problem"] = problem
    for route in app.routes:
        schemas |= _ask(schema["paths"], route)
    schema["components"]["securitySchemes"] = _SECURITY
    for path in schema["paths"].values():
        for method, operation in path.items():
            _describe(method, operation)
    return schema


def _ask(paths: dict[str, Any], route: Any) -> dict[str, Any]:
    """Add a route's query string to its operation; answers the schemas that it refers to."""
    referred: dict[str, Any] = {}
    for shape in getattr(route, "queries", ()):
        parameters, found = parameter_schemas(shape)
        referred |= found
        for method in route.methods:
            paths[route.path_format][method.lower()]["parameters"] += parameters
    return referred


def _describe(method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    operation["parameters"] = [
        {**parameter, "required": True} if parameter["name"] == "If-Match" else parameter
        for parameter in operation.get("parameters", [])
        if method == "post" or parameter["name"] != "Idempotency-Key"
    ]
    if "201" in responses:
        has_etag = "409" in responses and operation.get("security")
        responses["201"]["headers"] = _LOCATION | (_ETAG if has_etag else {})
    elif method in {"get", "patch"} and "404" in responses:
        responses["200"]["headers"] = _ETAG
    if method == "get" and "200" in responses and "404" in responses:
        responses["304"] = {"description": "The caller already has this version."}
