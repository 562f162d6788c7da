"""The report as one page of HTML to be read and printed: nothing is loaded, no script runs."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from itertools import accumulate

from app.core.i18n import LANGUAGES, language, text
from app.core.plots import BLUE, GREEN, RUST, Bar, Line, bars, columns
from app.models.reports import ReportNumber, YearToDateReport
from app.services.report_style import POLICY, STYLE
from app.services.report_texts import amount, kind_of, scale_of, span

_MOST_TEAMS = 10


def page(report: YearToDateReport) -> str:
    """The whole document, in the caller's language."""
    lang = language.get()
    days = {"subject": report.subject.name, "span": span(report.days, lang)}
    title = escape(_word("title", **days))
    return (
        f'<!DOCTYPE html><html lang="{LANGUAGES[lang]}"><head><meta charset="utf-8"/>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"/>'
        f'<meta name="viewport" content="width=device-width"/><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>"
        f'<p class="lead">{escape(report.text[lang])}</p>{_numbers(report, lang)}'
        f'{_monthly(report)}<section class="page">{_mechanisms(report, lang)}'
        f'{_teams(report, lang)}</section><section class="page">{_stages(report)}'
        f"{_projects(report)}</section>{_footer(report)}</body></html>"
    )


def _word(name: str, **named: object) -> str:
    return text("report", name, named)


def _table(caption: str, headers: Sequence[str], rows: Iterable[str], first_number: int = 1) -> str:
    """`first_number` is the place of the first column that is set to the right."""
    heads = "".join(
        f'<th scope="col"{" class=n" if place >= first_number else ""}>{escape(head)}</th>'
        for place, head in enumerate(headers)
    ).replace("class=n", 'class="n"')
    head = f"<thead><tr>{heads}</tr></thead>"
    return (
        f"<table><caption>{escape(caption)}</caption>{head}<tbody>{''.join(rows)}</tbody></table>"
    )


def _row(*cells: str, numbers_from: int = 1) -> str:
    made = (
        f'<td class="n">{escape(cell)}</td>'
        if place >= numbers_from
        else f"<td>{escape(cell)}</td>"
        for place, cell in enumerate(cells)
    )
    return f"<tr>{''.join(made)}</tr>"


def _numbers(report: YearToDateReport, lang: str) -> str:
    headers = ["metric", "definition", "display", "previous", "change"]
    has_targets = any(n.target_value for n in report.numbers)
    headers += ["target", "attainment"] if has_targets else []
    rows = (_of_number(n, lang, has_targets=has_targets) for n in report.numbers)
    table = _table(_word("numbers"), list(map(_word, headers)), rows, 2)
    return f"<h2>{escape(_word('numbers'))}</h2>{table}"


def _of_number(n: ReportNumber, lang: str, *, has_targets: bool) -> str:
    """The exact value stands beside the written one, for whoever reads the page by program."""
    marks = f'data-metric="{n.metric}" data-value="{n.value or ""}" data-drill="{escape(n.drill)}"'
    cells = [amount(n.previous_value, n.unit, lang), n.change_percent or "—"]
    if has_targets:
        cells += [amount(n.target_value, n.unit, lang), n.attainment_percent or "—"]
    return (
        f"<tr><td>{escape(n.label[lang])}</td><td>{n.definition_id}</td>"
        f'<td class="n" {marks}>{escape(n.printed[lang])}</td>'
        + "".join(f'<td class="n">{escape(cell)}</td>' for cell in cells)
        + "</tr>"
    )


def _empty() -> str:
    return f"<p>{escape(_word('empty'))}</p>"


def _figure(plot: str, table: str = "") -> str:
    return f"<figure>{plot}{table}</figure>"


def _monthly(report: YearToDateReport) -> str:
    """Capital by month, its running sum, and the target's curve where there is one."""
    lang = language.get()
    values = [Decimal(m.values[0].value or 0) for m in report.months]
    series = {"column": values, "running": _running(values)}
    if report.month_targets:
        series["target_line"] = _running(list(map(Decimal, report.month_targets)))
    size, words = scale_of(max(map(max, series.values())), "CNY", lang)
    unit = " ".join(text("report", words, {"number": ""}).split())
    title = _word("monthly", unit=unit)
    labels = [_month(m.month.month) for m in report.months]
    months = zip(labels, zip(*series.values(), strict=True), strict=True)
    rows = [(month, *(amount(str(v), "CNY", lang) for v in told)) for month, told in months]
    described = _described(title, ((row[0], row[1]) for row in rows))
    scaled = {name: [value / size for value in line] for name, line in series.items()}
    plot = _curves((title, described, _word("column")), labels, scaled)
    table = _table(title, [_word("month"), *map(_word, series)], (_row(*row) for row in rows))
    return f"<h2>{escape(title)}</h2>{_figure(plot, table)}"


def _curves(
    words: tuple[str, str, str], labels: Sequence[str], series: dict[str, list[Decimal]]
) -> str:
    if not any(map(any, series.values())):
        return _empty()
    lines = [Line(_word("running"), series["running"], RUST)]
    if "target_line" in series:
        lines.append(Line(_word("target_line"), series["target_line"], GREEN, is_dashed=True))
    return columns("monthly", words, labels, series["column"], lines)


def _running(values: Sequence[Decimal]) -> list[Decimal]:
    return list(accumulate(values))


def _month(number: int) -> str:
    name = text("month_names", str(number))
    return f"{name}月" if name.isdigit() else name[:3]


def _described(title: str, rows: Iterable[tuple[str, str]]) -> str:
    listing = text("report", "listing")
    told = listing.join(f"{label} {value}" for label, value in rows)
    return _word("described", title=title, rows=told or _word("empty"))


def _bars(
    name: str, title: str, rows: Sequence[Bar], *, width: int = 680, colour: str = BLUE
) -> str:
    if not any(row.value for row in rows):
        return _empty()
    described = _described(title, ((row.label, row.text) for row in rows))
    return bars(name, (title, described), rows, width=width, colour=colour)


def _mechanisms(report: YearToDateReport, lang: str) -> str:
    """One small plot per metric, all with the same four rows."""
    title = _word("by_mechanism")
    panels = "".join(
        f"<div><h3>{escape(n.label[lang])}</h3>{_panel(report, place, lang)}</div>"
        for place, n in enumerate(report.numbers)
    )
    headers = [_word("mechanism"), *(n.label[lang] for n in report.numbers)]
    rows = (
        _row(text("Mechanism", m.mechanism), *(amount(v.value, v.unit, lang) for v in m.values))
        for m in report.mechanisms
    )
    figure = f'<figure><div class="panels">{panels}</div>{_table(title, headers, rows)}</figure>'
    return f"<h2>{escape(title)}</h2>{figure}"


def _panel(report: YearToDateReport, place: int, lang: str) -> str:
    number = report.numbers[place]
    rows = [
        Bar(
            text("Mechanism", by.mechanism),
            Decimal(by.values[place].value or 0),
            amount(by.values[place].value, number.unit, lang),
        )
        for by in report.mechanisms
    ]
    return _bars(f"by-{number.metric}", number.label[lang], rows, width=330)


def _teams(report: YearToDateReport, lang: str) -> str:
    title, rows = _word("top_teams"), report.teams[:_MOST_TEAMS]
    if not rows:
        return f"<h2>{escape(title)}</h2>{_empty()}"
    told = [
        Bar(row.subject.name, Decimal(row.values[0].value or 0),
            amount(row.values[0].value, row.values[0].unit, lang))
        for row in rows
    ]  # fmt: skip
    headers = [_word("team"), *(n.label[lang] for n in report.numbers)]
    table = _table(title, headers, (
        _row(row.subject.name, *(amount(v.value, v.unit, lang) for v in row.values))
        for row in rows
    ))  # fmt: skip
    return f"<h2>{escape(title)}</h2>{_figure(_bars('teams', title, told), table)}"


def _stages(report: YearToDateReport) -> str:
    title = _word("stages")
    rows = [
        Bar(text("Stage", s.stage), Decimal(s.lead_count), str(s.lead_count)) for s in report.stages
    ]
    table = _table(title, [_word("stage"), _word("leads")], (_row(r.label, r.text) for r in rows))
    return f"<h2>{escape(title)}</h2>{_figure(_bars('stages', title, rows, colour=GREEN), table)}"


def _projects(report: YearToDateReport) -> str:
    headers = list(map(_word, ("stage", "code", "name", "kind")))
    rows = [
        _row(text("Stage", s.stage), p.code, p.name, kind_of(p), numbers_from=4)
        for s in report.stages
        for p in s.projects
    ]
    title = _word("projects_sheet")
    body = _table(title, headers, rows, 4) if rows else _empty()
    return f"<h2>{escape(title)}</h2>{body}"


def _footer(report: YearToDateReport) -> str:
    moment = f"{report.as_of:%Y-%m-%d %H:%M} UTC"
    known = _word("as_of", moment=moment, day=report.stages_on)
    drills = "".join(f"<li>{n.definition_id}: {escape(n.drill)}</li>" for n in report.numbers)
    return f"<footer><p>{escape(known)}</p><ul>{drills}</ul></footer>"
