"""Drafts of versions as callers write them: the metric says which parameters there are."""

from typing import Annotated, Generic, Literal, TypeVar, get_args

from pydantic import Field as Bounded

from app.core.base import Shape
from app.core.types import Line, Name
from app.models import defined_metrics as of
from app.models.metric_parameters import Parameters

Year = Annotated[int, Bounded(strict=True, ge=1949, le=2199)]
_Codes = TypeVar("_Codes", bound=str)
_Set = TypeVar("_Set", bound=Parameters)


class Draft(Shape, Generic[_Codes, _Set]):
    """A draft; what `parameters` leaves out is as in version 1."""

    metric: _Codes
    effective_from_year: Year
    label_zh: Name
    label_en: Name
    source: Line | None = None
    parameters: _Set


_MILESTONES = Literal["Q02", "Q05", "Q06", "Q07", "Q08", "Q09", "Q10", "Q12"]


class CountingDraft(Draft[_MILESTONES, of.CountingParameters]):
    """Q02, Q05, Q06, Q07, Q08, Q09, Q10, Q12."""


class EffectiveDraft(Draft[Literal["Q01"], of.EffectiveParameters]):
    """Q01."""


class LargeDraft(Draft[Literal["Q03"], of.LargeParameters]):
    """Q03."""


class ListedDraft(Draft[Literal["Q04"], of.ListedParameters]):
    """Q04."""


class FlaggedDraft(Draft[Literal["Q11"], of.FlaggedParameters]):
    """Q11."""


class NewcomersDraft(Draft[Literal["Q13"], of.NewcomersParameters]):
    """Q13."""


class AgreedDraft(Draft[Literal["M01"], of.AgreedParameters]):
    """M01."""


class ArrivedDraft(Draft[Literal["M02", "M07"], of.ArrivedParameters]):
    """M02, M07."""


class IndustrialDraft(Draft[Literal["M03"], of.IndustrialParameters]):
    """M03."""


class ContinuedDraft(Draft[Literal["M04"], of.ContinuedParameters]):
    """M04."""


class ForeignDraft(Draft[Literal["M05"], of.ForeignParameters]):
    """M05."""


class InvestedDraft(Draft[Literal["M06"], of.InvestedParameters]):
    """M06."""


class CompaniesDraft(Draft[Literal["T02"], of.CompaniesParameters]):
    """T02."""


class ReceptionsDraft(Draft[Literal["T03"], of.ReceptionsParameters]):
    """T03."""


class EventsDraft(Draft[Literal["T04"], of.EventsParameters]):
    """T04."""


class LedDraft(Draft[Literal["T05"], of.LedParameters]):
    """T05."""


class SourcingDraft(Draft[Literal["T07"], of.SourcingParameters]):
    """T07."""


class EffortDraft(Draft[Literal["T08"], of.EffortParameters]):
    """T08."""


class VisitsDraft(Draft[Literal["T09"], of.VisitsParameters]):
    """T09."""


class FulfilledDraft(Draft[Literal["R01"], of.FulfilledParameters]):
    """R01."""


class GraceDraft(Draft[Literal["R06", "R15", "P04"], of.GraceParameters]):
    """R06, R15, P04."""


class ConversionDraft(Draft[Literal["R07"], of.ConversionParameters]):
    """R07."""


class LostDraft(Draft[Literal["R09"], of.LostParameters]):
    """R09."""


class GapsDraft(Draft[Literal["R11"], of.GapsParameters]):
    """R11."""


class AnsweredDraft(Draft[Literal["P01"], of.AnsweredParameters]):
    """P01."""


class AssessedDraft(Draft[Literal["P02"], of.AssessedParameters]):
    """P02."""


class FedBackDraft(Draft[Literal["P03"], of.FedBackParameters]):
    """P03."""


AnyDraft = (
    CountingDraft | EffectiveDraft | LargeDraft | ListedDraft | FlaggedDraft
    | NewcomersDraft | AgreedDraft | ArrivedDraft | IndustrialDraft | ContinuedDraft
    | ForeignDraft | InvestedDraft | CompaniesDraft | ReceptionsDraft | EventsDraft
    | LedDraft | SourcingDraft | EffortDraft | VisitsDraft | FulfilledDraft
    | GraceDraft | ConversionDraft | LostDraft | GapsDraft | AnsweredDraft
    | AssessedDraft | FedBackDraft
)  # fmt: skip
MetricDefinitionCreate = Annotated[AnyDraft, Bounded(discriminator="metric")]
PARAMETERS: dict[str, type[Parameters]] = {
    metric: draft.model_fields["parameters"].annotation
    for draft in get_args(AnyDraft)
    for metric in get_args(draft.model_fields["metric"].annotation)
}
