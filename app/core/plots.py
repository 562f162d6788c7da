"""Plots as SVG to be put into a page and printed: text stays text, nothing moves, no style sheet.

All looks are presentation attributes, so that a strict Content-Security-Policy has nothing to
refuse. Each plot has a title and a description for those who do not see it (WAI-ARIA 1.2 `img`);
the colours keep 4.5 : 1 against white (WCAG 2.2, 1.4.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from itertools import count
from math import ceil, floor, log10

BLUE, RUST, GREEN, INK, RULE = "#1f5a99", "#b5480b", "#3a6b35", "#333333", "#d5d9de"
FONTS = (
    "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',SimHei,"
    "Arial,Helvetica,sans-serif"
)
_SIZE, _ROW = 12, 24


@dataclass(frozen=True)
class Line:
    """A curve over the columns; a gap where a value is missing."""

    name: str
    values: Sequence[Decimal | None]
    colour: str
    is_dashed: bool = False


@dataclass(frozen=True)
class Bar:
    """One bar with what is written behind it."""

    label: str
    value: Decimal
    text: str


def svg(name: str, title: str, description: str, size: tuple[int, int], body: str) -> str:
    """A plot; `name` is unique in its page."""
    width, height = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-labelledby="{name}-t {name}-d" font-family="{escape(FONTS)}"'
        f' font-size="{_SIZE}" fill="{INK}">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(description)}'
        f"</desc>{body}</svg>"
    )


def ticks(low: float, high: float) -> list[float]:
    """Four to six round steps of 1, 2 or 5 that hold both ends and zero."""
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        return [0.0, 1.0]
    raw = (high - low) / 5
    power = 10.0 ** floor(log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)
    return [step * n for n in range(floor(low / step + 1e-9), ceil(high / step - 1e-9) + 1)]


class _Frame:
    """Where values lie in a plot of columns."""

    left, right, top, bottom = 52, 12, 34, 28

    def __init__(self, size: tuple[int, int], values: Sequence[Decimal], columns: int) -> None:
        self.width, self.height = size
        self.ticks = ticks(float(min(values, default=0)), float(max(values, default=0)))
        self.slot = (self.width - self.left - self.right) / max(columns, 1)

    def y(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        span = self.height - self.top - self.bottom
        return round(self.height - self.bottom - (value - low) / (high - low) * span, 1)

    def x(self, place: int) -> float:
        return round(self.left + self.slot * (place + 0.5), 1)

    def grid(self) -> str:
        return "".join(
            f'<line x1="{self.left}" x2="{self.width - self.right}" y1="{self.y(tick)}"'
            f' y2="{self.y(tick)}" stroke="{INK if tick == 0 else RULE}"/>'
            f"{_text(self.left - 6, self.y(tick) + 4, f'{tick:g}', 'end')}"
            for tick in self.ticks
        )


def columns(
    name: str,
    words: tuple[str, str, str],
    labels: Sequence[str],
    values: Sequence[Decimal],
    lines: Sequence[Line],
) -> str:
    """Columns with curves over one axis; `words` are the title, the description, the columns'."""
    title, description, column = words
    size = (680, 300)
    known = [v for line in lines for v in line.values if v is not None]
    frame = _Frame(size, [*values, *known], len(labels))
    body = frame.grid()
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        top, foot = sorted((frame.y(float(value)), frame.y(0)))
        half = round(min(frame.slot * 0.32, 26), 1)
        body += _rect(frame.x(place) - half, top, 2 * half, foot - top, BLUE)
        body += _text(frame.x(place), frame.height - 8, label, "middle")
    body += "".join(_curve(frame, line) for line in lines)
    keys = [(column, BLUE), *((line.name, line.colour) for line in lines)]
    return svg(name, title, description, size, body + _legend(keys))


def _curve(frame: _Frame, line: Line) -> str:
    points = [(frame.x(n), frame.y(float(v))) for n, v in enumerate(line.values) if v is not None]
    path = " ".join(f"{x},{y}" for x, y in points)
    dash = ' stroke-dasharray="6 4"' if line.is_dashed else ""
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="3" fill="{line.colour}"/>' for x, y in points)
    return (
        f'<polyline points="{path}" fill="none" stroke="{line.colour}" stroke-width="2"{dash}/>'
        f"{dots}"
    )


def _legend(keys: Sequence[tuple[str, str]]) -> str:
    made, x = "", 52.0
    for word, colour in keys:
        made += _rect(x, 8, 12, 12, colour) + _text(x + 17, 18, word)
        x += 38 + width_of(word)
    return made


def width_of(word: str) -> float:
    """About how wide a word is: a Chinese character takes twice a Latin one."""
    return sum(_SIZE if ord(sign) > 0x2E7F else _SIZE * 0.62 for sign in word)


def bars(
    name: str, words: tuple[str, str], rows: Sequence[Bar], *, width: int = 680, colour: str = BLUE
) -> str:
    """Bars from left to right, one below the other; a value below zero has none."""
    title, description = words
    gutter = min(max((width_of(row.label) for row in rows), default=0) + 12, width * 0.42)
    behind = max((width_of(row.text) for row in rows), default=0) + 12
    most = max((float(row.value) for row in rows), default=0) or 1
    scale = max(width - gutter - behind, 20) / most
    foot, x = _ROW * max(len(rows), 1) + 4, round(gutter, 1)
    body = f'<line x1="{x}" x2="{x}" y1="4" y2="{foot}" stroke="{INK}"/>'
    for row, top in zip(rows, count(4, _ROW), strict=False):
        length = max(round(float(row.value) * scale, 1), 0)
        label = shortened(row.label, gutter - 12)
        body += _text(gutter - 8, top + 14, label, "end")
        body += _rect(x, top + 2, length, _ROW - 8, colour)
        body += _text(round(gutter + length + 6, 1), top + 14, row.text)
    return svg(name, title, description, (width, foot + 4), body)


def shortened(word: str, width: float) -> str:
    """The word, or as much of it as has room with an ellipsis."""
    if width_of(word) <= width + 0.1:
        return word
    while word and width_of(word) + _SIZE > width:
        word = word[:-1]
    return f"{word}…"


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    place = f'x="{round(x, 1)}" y="{round(y, 1)}"'
    return f'<rect {place} width="{width}" height="{round(height, 1)}" fill="{colour}"/>'


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{round(y, 1)}" text-anchor="{anchor}">{escape(words)}</text>'
