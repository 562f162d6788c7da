"""The read path against the tables: what PostgreSQL's JSON says is what the ORM loads."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

import jsonschema_rs
import pytest
import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.base import ReadShape
from app.core.clock import today
from app.core.shapes import Expand, inner_shape, marker_of
from app.models.agreements import AgreementRead
from app.models.assessments import AssessmentRead
from app.models.audit_entries import AuditEntryRead
from app.models.blockers import BlockerRead
from app.models.capital_arrivals import CapitalArrivalRead
from app.models.commitments import CommitmentRead
from app.models.companies import CompanyRead
from app.models.company_controls import CompanyControlRead
from app.models.company_flags import CompanyFlag
from app.models.company_former_names import CompanyFormerNameRead
from app.models.company_lists import (
    CompanyList,
    CompanyListEntry,
    CompanyListEntryRead,
    CompanyListRead,
)
from app.models.company_signals import CompanySignalRead
from app.models.contacts import ContactRead
from app.models.credit_policies import CreditPolicyRead
from app.models.duplicate_pairs import DuplicatePairRead
from app.models.event_leads import EventLeadRead
from app.models.events import EventRead
from app.models.evidence_files import EvidenceFileRead
from app.models.evidence_links import EvidenceLinkRead
from app.models.fixed_investments import FixedInvestmentRead
from app.models.follow_ups import FollowUpRead
from app.models.foreign_capital_uses import ForeignCapitalUseRead
from app.models.incubation_stages import IncubationEntry, IncubationEntryRead
from app.models.introductions import IntroductionRead
from app.models.kpi_targets import KpiTargetRead
from app.models.lead_members import LeadMemberRead
from app.models.lead_responses import LeadResponseRead
from app.models.leads import Lead, LeadRead
from app.models.ledger_entries import LedgerEntryRead
from app.models.merges import MergeRead
from app.models.metric_definitions import MetricDefinitionRead
from app.models.no_change_notes import NoChangeNoteRead
from app.models.officer_certificates import OfficerCertificateRead
from app.models.officer_profiles import OfficerProfileRead
from app.models.officers import OfficerRead
from app.models.operation_reports import OperationReportRead
from app.models.parks import ParkRead
from app.models.periods import PeriodRead, PeriodSnapshotRead
from app.models.pipeline import allowed_actions
from app.models.posts import PostRead
from app.models.reminders import ReminderRead
from app.models.review_conditions import ReviewConditionRead
from app.models.roles import Role
from app.models.service_tasks import ServiceTaskRead
from app.models.site_reservations import SiteReservationRead
from app.models.sites import SiteRead
from app.models.stage_transitions import StageTransitionRead
from app.models.stationings import StationingRead
from app.models.target_recomputations import TargetRecomputationRead
from app.models.teams import TeamRead
from app.models.trips import TripRead
from app.models.visits import VisitRead
from tests.world import API, World
from tests.writes import every_write

FILES = ("/export", ".xlsx", ".html")
LISTS: dict[str, type[ReadShape]] = {
    "/agreements": AgreementRead,
    "/assessments": AssessmentRead,
    "/audit-entries": AuditEntryRead,
    "/review-conditions": ReviewConditionRead,
    "/blockers": BlockerRead,
    "/capital-arrivals": CapitalArrivalRead,
    "/commitments": CommitmentRead,
    "/companies": CompanyRead,
    "/company-controls": CompanyControlRead,
    "/company-former-names": CompanyFormerNameRead,
    "/company-list-entries": CompanyListEntryRead,
    "/company-lists": CompanyListRead,
    "/contacts": ContactRead,
    "/credit-policies": CreditPolicyRead,
    "/duplicate-pairs": DuplicatePairRead,
    "/event-leads": EventLeadRead,
    "/events": EventRead,
    "/evidence-files": EvidenceFileRead,
    "/evidence-links": EvidenceLinkRead,
    "/fixed-investments": FixedInvestmentRead,
    "/follow-ups": FollowUpRead,
    "/foreign-capital-uses": ForeignCapitalUseRead,
    "/incubation-stages": IncubationEntryRead,
    "/introductions": IntroductionRead,
    "/kpi-targets": KpiTargetRead,
    "/lead-members": LeadMemberRead,
    "/lead-responses": LeadResponseRead,
    "/leads": LeadRead,
    "/ledger-entries": LedgerEntryRead,
    "/merges": MergeRead,
    "/no-change-notes": NoChangeNoteRead,
    "/metric-definitions": MetricDefinitionRead,
    "/period-snapshots": PeriodSnapshotRead,
    "/periods": PeriodRead,
    "/officer-certificates": OfficerCertificateRead,
    "/officer-profiles": OfficerProfileRead,
    "/officers": OfficerRead,
    "/operation-reports": OperationReportRead,
    "/parks": ParkRead,
    "/posts": PostRead,
    "/reminders": ReminderRead,
    "/service-tasks": ServiceTaskRead,
    "/site-reservations": SiteReservationRead,
    "/sites": SiteRead,
    "/stage-transitions": StageTransitionRead,
    "/stationings": StationingRead,
    "/company-signals": CompanySignalRead,
    "/target-recomputations": TargetRecomputationRead,
    "/teams": TeamRead,
    "/trips": TripRead,
    "/visits": VisitRead,
}
ODD = "引号\"'\\ 换行\n制表\t\u2028 🐉 \x01\x7f é e\u0301 </script>"

MOMENTS = (
    "UPDATE companies SET created_at = '2026-01-01T00:00:00Z',"
    " updated_at = '2026-01-01T07:59:59.000001+08'"
)


async def _fill(world: World) -> None:
    """Rows in every table, with the values that serialisers get wrong."""
    for call in (await every_write(world)).values():
        assert (await call.send()).is_success
    await world.officer.made("/companies", {"name": ODD, "notes": ODD, "is_listed": True})
    lead = await world.lead_at("registered", planned_investment="999999999999999999.99")
    guests = [{"name": ODD, "title": None}, {"name": "李", "title": "总"}]
    ours = [world.colleague.id, world.officer.id]
    await world.visit(lead_id=lead["id"], guests=guests, participant_ids=ours, guest_count=3)
    await world.lead(planned_investment="0.10", planned_fixed_investment="0.00")
    await world.database.execute(MOMENTS)


async def _expected(  # noqa: PLR0911  one answer per field
    session: AsyncSession, shape: type[ReadShape], row: Any, name: str
) -> Any:
    """A field that is no column, found by hand."""
    kind = type(row).__name__
    if name == "allowed_actions":
        return list(allowed_actions(Role.leader, row.standing))
    if name in {"phone", "warnings"}:
        # No plan stands beside these arrivals.
        masked = {"13812345678": "138****5678", "13987654321": "139****4321"}
        return masked[row.phone] if name == "phone" else []
    if name == "area_mu":
        return (row.area_m2 * 3 / 2000).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    if name == "entry_count":
        return len(await _rows(session, CompanyListEntry, "company_list_id", row.id))
    if name in {"flags", "incubation_stage"}:
        return await _of_company(session, row.id, name)
    if kind == "Introduction":
        lead = cast("Any", await session.get(Lead, row.lead_id)) if row.lead_id else None
        return lead and getattr(lead, {"lead_code": "code"}.get(name, name))
    of = {"Trip": "trip_id", "Event": "event_id"}.get(kind, "visit_id")
    credited = "transition_id" if kind == "StageTransition" else "fact_id"
    parents = {"participants": of, "guests": of, "credits": credited}
    on = {**parents, "parties": "agreement_id", "versions": "target_id"}[name]
    table = inner_shape(shape.model_fields[name].annotation).table
    return sorted(await _rows(session, table, on, row.id), key=_place)


def _place(child: Any) -> int:
    return child.number if hasattr(child, "number") else child.place


async def _of_company(session: AsyncSession, company_id: Any, name: str) -> Any:
    """No company of these is under a controller that is on a list, and no list has ended."""
    if name == "incubation_stage":
        entries = await _rows(session, IncubationEntry, "company_id", company_id)
        return max(entries, key=lambda entry: entry.from_on).stage if entries else None
    own = await _rows(session, CompanyListEntry, "company_id", company_id)
    lists = [cast("Any", await session.get(CompanyList, entry.company_list_id)) for entry in own]
    return [
        CompanyFlag(
            kind=found.kind, year=found.year, rank=entry.rank, list_id=found.id,
            through_company_id=None,
        )
        for entry, found in zip(own, lists, strict=True)
        if found.year <= today().year and (found.valid_until_year or 9999) >= today().year
    ]  # fmt: skip


async def _rows(session: AsyncSession, table: Any, column: str, value: Any) -> list[Any]:
    found = await session.exec(sa.select(table).where(getattr(table, column) == value))  # pyright: ignore[reportCallIssue, reportArgumentType]
    return list(found.scalars())


async def _differences(session: AsyncSession, shape: type[ReadShape], item: Any) -> list[str]:
    row: Any = await session.get(shape.table, item["id"])
    read, found = shape.model_validate(item), []
    for name in item:
        value = getattr(read, name)
        is_column = hasattr(row, name) and name != "phone"
        expected = getattr(row, name) if is_column else await _expected(session, shape, row, name)
        if isinstance(value, list) and value and isinstance(value[0], ReadShape):
            pairs = zip(value, expected, strict=True)
            fields = type(value[0]).model_fields
            same = all(getattr(a, key) == getattr(b, key) for a, b in pairs for key in fields)
        else:
            same = value == expected
        if not same:
            found.append(f"{name}: {value!r} is not {expected!r}")
    return found


@pytest.mark.long
async def test_every_field_of_every_list_is_what_the_table_holds(world: World) -> None:
    await _fill(world)
    for path, shape in LISTS.items():
        client = world.auditor if path == "/audit-entries" else world.leader
        items = (await client.seen(f"{path}?limit=200"))["items"]
        assert len(items) >= 2, path
        own = {
            name
            for name, info in shape.model_fields.items()
            if not isinstance(marker_of(info), Expand)
        }
        async with world.app.state.db.sessions() as session:
            for item in items:
                assert set(item) == own, path
                assert await _differences(session, shape, item) == [], path
        if f"{API}{path}/{{id}}" in world.app.openapi()["paths"]:
            reply = await client.get(f"{path}/{items[0]['id']}")
            assert reply.json() == items[0]
            assert reply.headers["etag"] == f'"v{items[0]["version"]}"'


NO_RECORD = {
    "log_in", "import_company_list", "import_industry_chain", "check_duplicates",
    "compute_scorecards", "publish_scorecards", "simulate_scorecard",
}  # fmt: skip


@pytest.mark.long
async def test_a_write_answers_what_the_next_read_says(world: World) -> None:
    """Byte for byte; a batch answers the same records."""
    compared = set()
    for name, call in (await every_write(world)).items():
        reply = await call.send()
        noun = call.path.strip("/").partition("?")[0].split("/")
        if reply.status_code == 207:
            record = reply.json()["items"][0]["record"]
            assert await call.client.seen(f"/{noun[0]}/{record['id']}") == record
            compared.add(name)
        if reply.status_code not in {200, 201} or name in NO_RECORD:
            continue
        location = reply.headers.get("location", f"{API}/{'/'.join(noun[:2])}")
        if name != "unmask_contact":
            read = await call.client.get(location)
            assert (read.content, read.headers["etag"]) == (reply.content, reply.headers["etag"])
            compared.add(name)
    assert len(compared) >= 26


@pytest.mark.long
async def test_every_answer_fits_its_published_schema(world: World) -> None:
    await _fill(world)
    document, checked = world.app.openapi(), 0
    subject = f"scope=zone&scope_id={'0' * 8}-0000-0000-0000-{'0' * 12}"
    change = f"?metric=M01&period=this_year&from_at=2026-01-01T00:00:00Z&{subject}"
    queries = {
        "/kpi-companies": f"?period=this_year&metrics=M01&{subject}",
        "/kpi-changes": change,
        "/kpi-change-subjects": f"{change}&term=new",
        "/kpi-attainments": "?period=this_year&scope=officer",
        "/kpi-target-sums": "?year=2026",
        "/target-factor-report": "?period=this_year",
        "/version-comparisons": "?period=this_year&metric=M01",
    }
    for path, methods in document["paths"].items():
        if "get" not in methods or "{id}" in path or path.endswith(FILES):
            continue
        noun = path.removeprefix(API)
        is_summed = noun.startswith(("/kpis/", "/reports/"))
        query = "?period=2026" if is_summed else queries.get(noun, "")
        client = world.auditor if noun == "/audit-entries" else world.leader
        schema = methods["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        validator = jsonschema_rs.Draft202012Validator(
            schema | {"components": document["components"]}, validate_formats=True
        )
        body = await client.seen(path + query)
        faults = [
            f"{fault.instance_path}: {fault.message}" for fault in validator.iter_errors(body)
        ]
        assert faults == [], path
        checked += 1
    assert checked >= 20


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("created_at", "2026-01-01T00:00:00.000000Z"),
        ("updated_at", "2025-12-31T23:59:59.000001Z"),
        ("name", ODD.strip()),
        ("notes", ODD),
        ("is_listed", True),
        ("country_code", "CN"),
        ("credit_code", None),
    ],
)
async def test_the_form_of_company_values(world: World, field: str, expected: Any) -> None:
    await world.officer.made("/companies", {"name": ODD, "notes": ODD, "is_listed": True})
    await world.database.execute(MOMENTS)
    (item,) = (await world.leader.seen("/companies"))["items"]
    assert item[field] == expected


async def test_the_form_of_money_and_days(world: World) -> None:
    amounts = {"planned_investment": "999999999999999999.99", "planned_fixed_investment": "0.10"}
    lead = await world.lead(None, **amounts)
    assert {name: lead[name] for name in amounts} == amounts
    assert lead["received_on"] == today().isoformat()
    assert lead["agreed_amount"] is None
    short = await world.lead(planned_investment="5")
    assert short["planned_investment"] == "5.00"
