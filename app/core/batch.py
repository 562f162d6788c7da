"""Batches: up to 200 creations in one request, each in its own savepoint, answered in order.

Without `atomic` the good ones are kept and each bad one carries its problem (207); with it one bad
item refuses them all, and the errors name every item.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import Response

from app.core.base import ReadShape, Shape
from app.core.dberrors import DATABASE_ERRORS, problem_of
from app.core.errors import FieldError, Problem, ProblemBody
from app.core.logging import request_id
from app.core.reader import Write, json_response

Item = TypeVar("Item")
Result = TypeVar("Result")
Creation = Callable[[Any], Awaitable[UUID]]


class BatchCreate(Shape, Generic[Item]):
    """What to create, in order."""

    items: Annotated[list[Item], Field(min_length=1, max_length=200)]


class BatchItem(BaseModel, Generic[Result]):
    """What became of one item: the record, or the problem."""

    status: int
    record: Result | None
    problem: ProblemBody | None


class BatchRead(BaseModel, Generic[Result]):
    """The answers in the order of the items."""

    items: list[BatchItem[Result]]


async def create_all(
    write: Write, items: Sequence[Any], create: Creation, shape: type[ReadShape], *, atomic: bool
) -> Response:
    """Create each item; 207, or with `atomic` 422 naming every bad item and nothing written."""
    done = [await _one(write, create, item) for item in items]
    problems = {index: made for index, made in enumerate(done) if isinstance(made, Problem)}
    if atomic and problems:
        raise Problem("batch_refused", errors=_named(problems), count=len(problems))
    parts = [await _answer(write, shape, made) for made in done]
    return json_response(b'{"items":[%b]}' % b",".join(parts), 207)


async def _one(write: Write, create: Creation, item: Any) -> UUID | Problem:
    try:
        async with write.session.begin_nested():
            return await create(item)
    except Problem as problem:
        return problem
    except DATABASE_ERRORS as error:
        problem = problem_of(error)
        if problem is None or problem.status >= 500:
            raise
        return problem


def _named(problems: dict[int, Problem]) -> list[FieldError]:
    return [
        error.model_copy(update={"pointer": f"/items/{index}{error.pointer or ''}"})
        for index, problem in problems.items()
        for error in problem.errors
        or [FieldError(pointer="", code=problem.code, message=problem.detail())]
    ]


async def _answer(write: Write, shape: type[ReadShape], made: UUID | Problem) -> bytes:
    if isinstance(made, Problem):
        body = json.dumps(made.body(request_id.get()), ensure_ascii=False).encode()
        return b'{"status":%d,"record":null,"problem":%b}' % (made.status, body)
    record = (await write.reply(shape, made, 201)).body
    return b'{"status":201,"record":%b,"problem":null}' % bytes(record)
