"""The year-to-date report as JSON, as a workbook and as a page to be printed."""

from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.export import MEDIA, File, Streamed, documented, saved_as, snapshot
from app.core.reader import Reader, json_response
from app.models.reports import ReportQuery, YearToDateReport
from app.models.roles import Permission
from app.routers.deps import API, ReaderDep, asked, needs
from app.services import report_pages, reports
from app.services.report_style import POLICY

router = APIRouter(prefix=f"{API}/reports", tags=["reports"], route_class=Endpoint)
Asked = Annotated[ReportQuery, asked(ReportQuery)]
READ = [needs(Permission.kpis_read)]


class _Report(Streamed):
    """A report as a file."""

    format = ""

    def __init__(self, reader: Reader, query: ReportQuery) -> None:
        self.query, self.media_type = query, MEDIA[self.format]
        query.check()
        name = "year-to-date"
        noted = query.model_dump(mode="json", exclude_unset=True)
        super().__init__(reader, "reports", noted, self.sent(name))

    def sent(self, name: str) -> dict[str, str]:
        """Headers."""
        return saved_as(name, self.format)


class _Workbook(_Report):
    format = "xlsx"

    def parts(self, connection: Any) -> AsyncGenerator[bytes, None]:
        """Sheets and charts, then the ledger's rows."""
        from app.services import report_workbooks  # noqa: PLC0415  7 MB that most workers never need

        return report_workbooks.workbook(connection, self._caller, self.query, self._count)

    def _count(self, rows: int) -> None:
        self.row_count += rows


class _Page(_Report):
    format = "html"

    def sent(self, name: str) -> dict[str, str]:
        """To be looked at, under a policy that lets nothing in but the page's own style."""
        shown = saved_as(name, self.format)["Content-Disposition"].replace("attachment", "inline")
        return {"Content-Disposition": shown, "Content-Security-Policy": POLICY}

    async def parts(self, connection: Any) -> AsyncGenerator[bytes, None]:
        """The one page."""
        report = await reports.year_to_date(connection, self._caller, self.query)
        yield report_pages.page(report).encode()


@router.get("/year-to-date", dependencies=READ, response_model=YearToDateReport)
async def get_year_to_date_report(reader: ReaderDep, query: Asked) -> Response:
    """The officials' sentences in both languages, each number with its definition and drill.

    The zone's for those who see the zone, the team's for its lead, the own for an officer.
    """
    pool = await reader.db.reads()
    async with pool.acquire() as connection, snapshot(connection):
        report = await reports.year_to_date(connection, reader.caller, query)
    return json_response(report.model_dump_json().encode())


@router.get(
    "/year-to-date.xlsx", dependencies=READ, response_class=File, responses=documented("xlsx")
)
async def get_year_to_date_workbook(reader: ReaderDep, query: Asked) -> Response:
    """Sheets with charts in the caller's language, and every ledger row behind the numbers."""
    return _Workbook(reader, query)


@router.get(
    "/year-to-date.html", dependencies=READ, response_class=File, responses=documented("html")
)
async def get_year_to_date_page(reader: ReaderDep, query: Asked) -> Response:
    """A page in the caller's language, to be read or printed on A4; it loads nothing."""
    return _Page(reader, query)
