"""The report as a workbook: numbers in base units, which headers name, and the rows behind them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from app.core.i18n import language, text
from app.core.tabular import neutralise
from app.core.workbooks import MOST_ROWS, OpenEnded, Value
from app.kpis.catalogue import METRICS as DEFINITIONS
from app.models.kpis import KpiRow, KpiValue
from app.models.reports import ReportQuery, YearToDateReport
from app.services.report_rows import details, statement_of
from app.services.report_texts import kind_of
from app.services.reports import METRICS, year_to_date

BATCH = 500
_FOR_EVER = datetime(2200, 1, 1, tzinfo=UTC)
_FORMATS = {"CNY": "#,##0.00", "USD": "#,##0.00"}
Progress = Callable[[int], None]


async def workbook(
    connection: Any, caller: Any, query: ReportQuery, progress: Progress
) -> AsyncGenerator[bytes, None]:
    """The file in parts, on a connection that holds a snapshot; tells of each row of details."""
    report = await year_to_date(connection, caller, query)
    book = await asyncio.to_thread(lambda: OpenEnded(sheets(report)))
    try:
        count = 1
        async for rows in _entries(connection, caller, report, query.as_of or _FOR_EVER):
            count += len(rows)
            if count > MOST_ROWS - 1:
                drill = report.numbers[0].drill
                yield book.rows([[text("report", "cut", {"drill": drill})]])
                break
            progress(len(rows))
            yield book.rows(map(_detail, rows))
        yield book.end()
    finally:
        book.close()


async def _entries(
    connection: Any, caller: Any, report: YearToDateReport, as_of: datetime
) -> AsyncIterator[list[Any]]:
    """The rows behind the headline, a batch at a time."""
    statement = statement_of(details, caller.role)
    binds = {
        **caller.binds,
        "scope": report.scope.value,
        "scope_id": report.subject.id,
        "metrics": list(METRICS),
        "start": report.period.start,
        "end": report.period.end,
        "as_of": as_of,
    }
    cursor = await connection.cursor(statement.sql, *statement.arguments(binds))
    while rows := await cursor.fetch(BATCH):
        yield rows


def sheets(report: YearToDateReport) -> Workbook:
    """All sheets; of the last, the details, the header alone."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _summary(_sheet(book, "summary"), report)
    _months(_sheet(book, "months"), report)
    for name, one, rows in (
        ("teams", "team", report.teams), ("combinations", "combination", report.combinations)
    ):  # fmt: skip
        _table(_sheet(book, name), [_word(one), *_metric_headers(report)], map(_subject, rows))
    _projects(_sheet(book, "projects_sheet"), report)
    headers = ("metric", "definition", "counted_on", "mechanism", "code", "name", "company",
               "quantity", "unit", "recorded_at", "entry")  # fmt: skip
    _table(_sheet(book, "details"), list(map(_word, headers)), [])
    return book


def _word(name: str) -> str:
    return text("report", name)


def _sheet(book: Workbook, name: str) -> Worksheet:
    return book.create_sheet(_word(name))


def _table(
    sheet: Worksheet, headers: Sequence[str], rows: Iterable[Iterable[Any]], above: int = 0
) -> None:
    """A header that stays in view over rows of neutral cells."""
    for row in (headers, *rows):
        sheet.append([neutralise(cell) if isinstance(cell, str) else cell for cell in row])
    for cell in sheet[above + 1]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = f"B{above + 2}"
    for place, header in enumerate(headers, 1):
        width = sum(2 if ord(sign) > 0x2E7F else 1.1 for sign in header)
        sheet.column_dimensions[get_column_letter(place)].width = max(14, width + 2)


def _number(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _summary(sheet: Worksheet, report: YearToDateReport) -> None:
    sheet.append([neutralise(report.subject.name), neutralise(report.text[language.get()])])
    headers = ("metric", "definition", "unit", "value", "display", "previous", "change", "target",
               "attainment")  # fmt: skip
    lang = language.get()
    rows = (
        [
            n.label[lang], n.definition_id, text("units", n.unit), _number(n.value),
            n.printed[lang], _number(n.previous_value), _number(n.change_percent),
            _number(n.target_value), _number(n.attainment_percent),
        ]
        for n in report.numbers
    )  # fmt: skip
    _table(sheet, list(map(_word, headers)), rows, above=1)
    sheet.column_dimensions["A"].width = 26


def _metric_headers(report: YearToDateReport) -> list[str]:
    """市外到位资金（元）: the unit beside the name."""
    lang, brackets = language.get(), {"zh": "{}（{}）", "en": "{} ({})"}
    return [brackets[lang].format(n.label[lang], text("units", n.unit)) for n in report.numbers]


def _subject(row: KpiRow) -> list[Any]:
    return [row.subject.name, *_values(row.values)]


def _values(values: Sequence[KpiValue]) -> list[Decimal | None]:
    return [_number(value.value) for value in values]


def _months(sheet: Worksheet, report: YearToDateReport) -> None:
    """A row per month; its chart stands beside, in 亿元."""
    rows = [[f"{m.month:%Y-%m}", *_values(m.values)] for m in report.months]
    headers = [_word("month"), *_metric_headers(report)]
    targets = list(map(Decimal, report.month_targets))
    if targets:
        headers.append(_word("target_line"))
        rows = [[*row, target] for row, target in zip(rows, targets, strict=True)]
    _table(sheet, headers, rows)
    sheet.add_chart(_chart(sheet, len(rows), has_targets=bool(targets)), "A16")


def _chart(sheet: Worksheet, count: int, *, has_targets: bool) -> BarChart:
    """Columns by month and, where there is a target, the line of it."""
    chart = BarChart()
    chart.title, chart.height, chart.width = _word("months"), 9, 20
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=count + 1), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=count + 1))
    chart.dataLabels = DataLabelList(showVal=False)
    chart.y_axis.number_format, chart.y_axis.delete, chart.x_axis.delete = "#,##0", False, False
    if has_targets:
        line, column = LineChart(), len(METRICS) + 2
        data = Reference(sheet, min_col=column, min_row=1, max_row=count + 1)
        line.add_data(data, titles_from_data=True)
        chart += line
    return chart


def _projects(sheet: Worksheet, report: YearToDateReport) -> None:
    headers = ("stage", "code", "name", "kind")
    rows = (
        [text("Stage", stage.stage), lead.code, lead.name, kind_of(lead)]
        for stage in report.stages
        for lead in stage.projects
    )
    _table(sheet, list(map(_word, headers)), rows)


def _detail(row: Any) -> list[Value]:
    metric = row["metric"]
    return [
        text("metrics", metric),
        f"{metric}@{row['definition_version']}",
        row["counted_on"].isoformat(),
        text("Mechanism", row["mechanism"]),
        row["lead_code"],
        row["lead_name"],
        row["company_name"],
        row["quantity"],
        text("units", DEFINITIONS[metric].unit),
        f"{row['recorded_at']:%Y-%m-%d %H:%M:%S}",
        str(row["id"]),
    ]
