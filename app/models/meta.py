"""What a front end needs to build its screens: enumerations, fields, errors, the pipeline."""

from enum import Enum
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from app.core.base import ReadShape
from app.core.errors import STATUS
from app.core.i18n import label
from app.core.listing import ListQuery, bare
from app.core.shapes import Expand, inner_shape, marker_of
from app.core.types import Code
from app.models.gates import GateRule, gate
from app.models.pipeline import (
    ENTERING,
    LANDING,
    STATUS_MOVES,
    ExitReason,
    Stage,
    Track,
    next_stages,
)


class CodeRead(BaseModel):
    """One value of an enumeration."""

    code: str
    label: dict[str, str]
    order: int


class FieldRead(BaseModel):
    """One field of a resource."""

    name: str
    label: dict[str, str]
    type: str
    enumeration: str | None
    is_nullable: bool
    filter_ops: list[str]
    is_sortable: bool
    is_expandable: bool


class ResourceRead(BaseModel):
    """One noun."""

    name: str
    fields: list[FieldRead]


class MetaRead(BaseModel):
    """Everything a screen is built from."""

    enumerations: dict[str, list[CodeRead]]
    resources: list[ResourceRead]


class ErrorRead(BaseModel):
    """One published error code."""

    code: str
    status: int
    label: dict[str, str]


class ErrorPage(BaseModel):
    """All of them."""

    items: list[ErrorRead]


class GateRuleRead(BaseModel):
    """One item of a gate; `longest_days` is how far away it may be promised."""

    item: str
    label: dict[str, str]
    need: str
    longest_days: int | None


class StageRead(BaseModel):
    """One stage: who recognises entering it, where each track leads, what its gate asks for."""

    code: Stage
    label: dict[str, str]
    order: int
    recognised_by: str | None
    max_days_before: int | None
    next: dict[str, list[Stage]]
    gate: dict[str, list[GateRuleRead]]


class PipelineRead(BaseModel):
    """The declaration that the rules run on."""

    stages: list[StageRead]
    tracks: dict[str, list[Stage]]
    status_moves: dict[str, list[str]]
    exit_reasons: list[CodeRead]


def codes_of(codes: type[Enum]) -> list[CodeRead]:
    """An enumeration's values in order."""
    return [
        CodeRead(code=code.value, label=label(codes.__name__, code.value), order=order)
        for order, code in enumerate(codes)
    ]


def _all_codes(kind: type[Code] = Code) -> list[type[Code]]:
    found = [kind] if list(kind) else []
    return found + [deep for child in kind.__subclasses__() for deep in _all_codes(child)]


@lru_cache
def meta() -> MetaRead:
    """Enumerations by name; resources by their table's name."""
    queries = sorted(_leaves(ListQuery), key=lambda query: query.shape.table.__tablename__)
    return MetaRead(
        enumerations={codes.__name__: codes_of(codes) for codes in _all_codes()},
        resources=[_resource(query) for query in queries],
    )


def _leaves(kind: type[ListQuery]) -> list[type[ListQuery]]:
    children = kind.__subclasses__()
    return [leaf for child in children for leaf in _leaves(child)] if children else [kind]


def _resource(query: type[ListQuery]) -> ResourceRead:
    shape = query.shape
    fields = [_field(name, shape, query) for name in shape.model_fields]
    return ResourceRead(name=str(shape.table.__tablename__), fields=fields)


def _field(name: str, shape: type[ReadShape], query: type[ListQuery]) -> FieldRead:
    info = shape.model_fields[name]
    is_expandable = isinstance(marker_of(info), Expand)
    kind: Any = inner_shape(info.annotation) if is_expandable else bare(info.annotation)
    is_code = isinstance(kind, type) and issubclass(kind, Enum)
    return FieldRead(
        name=name,
        label=label("fields", name),
        type="code" if is_code else getattr(kind, "__name__", str(kind)).lower(),
        enumeration=kind.__name__ if is_code else None,
        is_nullable=type(None) in getattr(info.annotation, "__args__", ()),
        filter_ops=[spec.op for spec in query.filters.values() if spec.field == name],
        is_sortable=name in query.sorts,
        is_expandable=is_expandable,
    )


def errors() -> ErrorPage:
    """The published list of error codes."""
    return ErrorPage(
        items=[
            ErrorRead(code=code, status=status, label=label("errors", code))
            for code, status in sorted(STATUS.items())
        ]
    )


@lru_cache
def pipeline() -> PipelineRead:
    """The pipeline as declared."""
    return PipelineRead(
        stages=[_stage(stage, order) for order, stage in enumerate(Stage)],
        tracks={track.value: list(stages) for track, stages in LANDING.items()},
        status_moves={kind.value: [a, b, role] for kind, (a, b, role) in STATUS_MOVES.items()},
        exit_reasons=codes_of(ExitReason),
    )


def _stage(stage: Stage, order: int) -> StageRead:
    rule = ENTERING.get(stage)
    return StageRead(
        code=stage,
        label=label("Stage", stage.value),
        order=order,
        recognised_by=rule.recognised_by.value if rule else None,
        max_days_before=rule.max_days_before if rule else None,
        next={track.value: list(next_stages(stage, track)) for track in Track},
        gate={track.value: [_rule(rule) for rule in gate(stage, track, {})] for track in Track},
    )


def _rule(rule: GateRule) -> GateRuleRead:
    return GateRuleRead(
        item=rule.item,
        label=label("GateItem", rule.item.value),
        need=rule.need,
        longest_days=rule.longest_days if rule.is_deferrable else None,
    )
