"""The report as one page of HTML to be read and printed: nothing is loaded, no script runs."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from decimal import Decimal
from hashlib import sha256
from html import escape

from app.core.i18n import LANGUAGES, language, text
from app.core.plots import BLUE, FONTS, GREEN, RUST, Bar, Line, bars, columns
from app.models.reports import ReportNumber, YearToDateReport
from app.services.report_texts import amount, plain, span
from app.services.report_workbooks import kind_of

_YI, _MOST_TEAMS = Decimal(10**8), 10
# Paper is white and may be small: sizes in points, a figure and its table stay together.
STYLE = f"""
@page {{ size: A4; margin: 18mm 16mm }}
* {{ box-sizing: border-box }}
body {{ font: 11pt/1.7 {FONTS}; color: #1a1a1a; background: #fff; max-width: 178mm;
  margin: 0 auto; padding: 8mm 0 }}
h1 {{ font-size: 18pt; line-height: 1.3; text-align: center; margin: 0 0 6mm }}
h2 {{ font-size: 13pt; margin: 9mm 0 3mm; border-left: 3pt solid {BLUE}; padding-left: 3mm;
  break-after: avoid }}
h3 {{ font-size: 10.5pt; margin: 4mm 0 1mm; break-after: avoid }}
p.lead {{ font-size: 12pt; text-indent: 2em; margin: 0 0 6mm }}
html[lang="en"] p.lead {{ text-indent: 0 }}
table {{ width: 100%; border-collapse: collapse; font-size: 9.5pt; line-height: 1.45;
  font-variant-numeric: tabular-nums; margin: 2mm 0 }}
caption {{ text-align: left; color: #555; padding-bottom: 1mm }}
th, td {{ padding: 1.2mm 2mm; border-bottom: .5pt solid #c4c9cf; text-align: left }}
th {{ background: #eef2f6; font-weight: 600 }}
thead {{ display: table-header-group }}
tr {{ break-inside: avoid }}
td.n, th.n {{ text-align: right; white-space: nowrap }}
figure {{ margin: 3mm 0; break-inside: avoid }}
figure svg {{ display: block; width: 100%; height: auto }}
.panels {{ display: grid; grid-template-columns: 1fr 1fr; gap: 2mm 6mm }}
section.page {{ break-before: page }}
footer {{ margin-top: 8mm; font-size: 8.5pt; color: #555; border-top: .5pt solid #c4c9cf;
  padding-top: 2mm }}
@media screen {{ body {{ padding: 12mm 8mm; max-width: 194mm }}
  section.page {{ margin-top: 14mm }} }}
"""
POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; style-src"
    f" 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
)


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
        f'<td class="n" {marks}>{escape(n.display[lang])}</td>'
        + "".join(f'<td class="n">{escape(cell)}</td>' for cell in cells)
        + "</tr>"
    )


def _empty() -> str:
    return f"<p>{escape(_word('empty'))}</p>"


def _figure(plot: str, table: str = "") -> str:
    return f"<figure>{plot}{table}</figure>"


def _monthly(report: YearToDateReport) -> str:
    """Capital by month, its running sum, and the target's curve where there is one."""
    unit = text("report", "yi_yuan", {"number": ""}).replace("  ", " ").strip()
    size = _YI if language.get() == "zh" else _YI * 10
    title = _word("monthly", unit=unit)
    values = [Decimal(m.values[0].value or 0) / size for m in report.months]
    running = [sum(values[: n + 1], Decimal(0)) for n in range(len(values))]
    targets = [sum(report.month_targets[: n + 1], Decimal(0)) / size
               for n in range(len(report.month_targets))]  # fmt: skip
    lines = [Line(_word("running"), running, RUST)]
    lines += [Line(_word("target_line"), targets, GREEN, is_dashed=True)] if targets else []
    labels = [_month(m.month.month) for m in report.months]
    headers = [_word("month"), _word("column"), *(line.name for line in lines)]
    series = [values, *(line.values for line in lines)]
    rows = [(label, *(plain(v or Decimal(0), 3) for v in row))
            for label, row in zip(labels, zip(*series, strict=True), strict=True)]  # fmt: skip
    words = (title, _described(title, ((r[0], r[1]) for r in rows)), _word("column"))
    has_any = any(values) or bool(targets)
    plot = columns("monthly", words, labels, values, lines) if has_any else _empty()
    table = _table(title, headers, (_row(*row) for row in rows))
    return f"<h2>{escape(title)}</h2>{_figure(plot, table)}"


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
