"""The parameters of each metric; the defaults are version 1, what the office has today."""

from typing import Annotated

from pydantic import AfterValidator
from pydantic import Field as Bounded

from app.core.types import Flag
from app.models.capital_arrivals import CapitalKind, ExcludedIndustry, Tags
from app.models.company_flags import ListKind
from app.models.event_leads import EventRelation
from app.models.events import EventKind
from app.models.foreign_capital_uses import ForeignCapitalForm
from app.models.mechanisms import Mechanism
from app.models.metric_parameters import (
    HEADLINE,
    MAIN_PAIR,
    SOME,
    CountingDate,
    Days,
    Fulfilment,
    GraceDays,
    LeadFlag,
    OriginOf,
    OriginScope,
    Pairs,
    Parameters,
    Thresholds,
    WorkingDays,
    Years,
    once,
)
from app.models.node_statuses import NodeStatus
from app.models.pipeline import ExitReason, Stage
from app.models.visits import VisitKind

VisitKinds = Annotated[list[VisitKind], *SOME]
ListKinds = Annotated[list[ListKind], *SOME]


class CountingParameters(Parameters):
    """Milestones, signings and what hangs on them."""

    counting_date: CountingDate = CountingDate.recognised


class EffectiveParameters(CountingParameters):
    """Q01: recognised as this stage, a lead is an effective one [D]."""

    stage: Stage = Stage.contacted


class LargeParameters(CountingParameters):
    """Q03: signings from each of these amounts on."""

    thresholds: Thresholds = Bounded(default=[HEADLINE * step for step in (1, 3, 5, 10, 50)])


class ListedParameters(CountingParameters):
    """Q04: the lists that count, by their kinds stamped at signing."""

    list_kinds: ListKinds = Bounded(default=[*ListKind])


class FlaggedParameters(CountingParameters):
    """Q11: either flag, or one alone."""

    flags: Annotated[list[LeadFlag], *SOME] = Bounded(default=[*LeadFlag])


class AgreedParameters(CountingParameters):
    """M01: with the increments of supplements, or what was signed at first alone."""

    has_supplements: Flag = True


class NewcomersParameters(Parameters):
    """Q13: lists whose newcomers count."""

    list_kinds: ListKinds = Bounded(default=[ListKind.gazelle, ListKind.high_tech])


class ArrivedParameters(Parameters):
    """M02, M07: 市外到位资金 and what is a part of it."""

    origin_scope: OriginScope = OriginScope.city
    origin_of: OriginOf = OriginOf.payer
    counting_date: CountingDate = CountingDate.event
    kinds: Annotated[list[CapitalKind], *SOME] = Bounded(default=[*CapitalKind])
    excluded_tags: Tags = Bounded(default=[])


class IndustrialParameters(ArrivedParameters):
    """M03: 省外产业到位资金 (2024) leaves out real estate, infrastructure and finance."""

    origin_scope: OriginScope = OriginScope.province
    excluded_tags: Tags = Bounded(default=[*ExcludedIndustry])


class ContinuedParameters(ArrivedParameters):
    """M04: a lead is new in the year of its signing and so many years in all, then continued."""

    new_years: Years = 1


class ForeignParameters(Parameters):
    """M05: which forms are use of foreign capital."""

    forms: Annotated[list[ForeignCapitalForm], *SOME] = Bounded(default=[*ForeignCapitalForm])
    counting_date: CountingDate = CountingDate.event


class InvestedParameters(Parameters):
    """M06: what is in the statistics, or all that was recognised."""

    is_in_statistics: Flag = True
    counting_date: CountingDate = CountingDate.event


class CompaniesParameters(Parameters):
    """T02: the kinds of visits that visit a company."""

    kinds: VisitKinds = Bounded(default=[VisitKind.outbound, VisitKind.local])


class ReceptionsParameters(Parameters):
    """T03: the kinds of visits that receive guests."""

    kinds: VisitKinds = Bounded(default=[VisitKind.inbound])


class VisitsParameters(Parameters):
    """T09: the kinds that are told."""

    kinds: VisitKinds = Bounded(default=[*VisitKind])


class LedParameters(Parameters):
    """T05: the mechanisms that stand for a leader."""

    mechanisms: Annotated[list[Mechanism], *SOME] = Bounded(default=[Mechanism.leader_led])


class EventsParameters(Parameters):
    """T04: the kinds that are told."""

    kinds: Annotated[list[EventKind], *SOME] = Bounded(default=[*EventKind])


class SourcingParameters(EventsParameters):
    """T07: the events that are divided by, and what a lead has to owe to one."""

    relations: Annotated[list[EventRelation], *SOME] = Bounded(default=[EventRelation.sourced])


class EffortParameters(Parameters):
    """T08: recognised as this stage, a lead is an effective one [D]."""

    stage: Stage = Stage.contacted


class FulfilledParameters(Parameters):
    """R01: what is enough."""

    evidence: Annotated[list[Fulfilment], *SOME] = Bounded(default=[*Fulfilment])


class GraceParameters(Parameters):
    """R06, R15, P04: so many days late is still in time."""

    grace_days: GraceDays = 0


class ConversionParameters(Parameters):
    """R07: between which stages."""

    pairs: Pairs = Bounded(
        default=[
            MAIN_PAIR, "contacted>negotiating", "negotiating>pre_signing", "pre_signing>signed",
            "signed>registered", "registered>producing",
        ]
    )  # fmt: skip


class LostParameters(Parameters):
    """R09: reasons that are no loss."""

    excluded_reasons: Annotated[
        list[ExitReason], Bounded(max_length=len(ExitReason)), AfterValidator(once)
    ] = Bounded(default=[])


class GapsParameters(Parameters):
    """R11: what a node had to be at signing."""

    node_statuses: Annotated[list[NodeStatus], *SOME] = Bounded(
        default=[NodeStatus.missing, NodeStatus.weak]
    )


class AnsweredParameters(Parameters):
    """P01: working days after the one of receiving [P, 江门 江府办函〔2024〕37号]."""

    working_days: WorkingDays = 1


class AssessedParameters(Parameters):
    """P02: working days; more of them where experts were asked in time [P, the same]."""

    working_days: WorkingDays = 3
    expert_working_days: WorkingDays = 7


class FedBackParameters(Parameters):
    """P03: calendar days, and on to the next one worked [P, the same]."""

    days: Days = 7
