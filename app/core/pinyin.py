"""The pinyin of Chinese text without tones, from a shipped table read on first use.

A library that knows tones and styles takes 55 MB in every process; this takes 5. The table's source
is in `app/data/SOURCES.md`.
"""

from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import NamedTuple


class _Table(NamedTuple):
    """Readings of characters; phrases that read otherwise; their lengths by first character."""

    characters: dict[str, str]
    phrases: dict[str, list[str]]
    lengths: dict[str, list[int]]


@cache
def _table() -> _Table:
    table = _Table({}, {}, {})
    for line in files("app.data").joinpath("pinyin.txt").read_text("utf-8").splitlines():
        first, *rest = line.split(" ")
        if first.isascii():
            table.characters.update(dict.fromkeys(rest[0], first))
        else:
            table.phrases[first] = rest
    for phrase in sorted(table.phrases, key=len, reverse=True):
        lengths = table.lengths.setdefault(phrase[0], [])
        if len(phrase) not in lengths:
            lengths.append(len(phrase))
    return table


def pinyin(text: str) -> tuple[list[str], list[str]]:
    """The syllables of a text (ü is v) and its initials: 重庆ABC is chong qing ABC, c q ABC.

    A run of anything but Chinese characters stands in both as it is. The longest known phrase from
    the left decides how its characters read.
    """
    table = _table()
    said = [table.characters.get(char, "") for char in text]
    free = 0
    for at, first in enumerate(text):
        if first in table.lengths and at >= free and (phrase := _phrase(table, text, at)):
            free = at + len(phrase)
            said[at:free] = phrase
    if all(said):
        return said, [syllable[0] for syllable in said]
    return _with_runs(text, said)


def _phrase(table: _Table, text: str, at: int) -> list[str] | None:
    for length in table.lengths[text[at]]:
        if found := table.phrases.get(text[at : at + length]):
            return found
    return None


def _with_runs(text: str, said: list[str]) -> tuple[list[str], list[str]]:
    """Where nothing is said, the text itself stands."""
    syllables: list[str] = []
    initials: list[str] = []
    for is_other, run in groupby(range(len(text)), key=lambda at: not said[at]):
        places = list(run)
        parts = [text[places[0] : places[-1] + 1]] if is_other else [said[at] for at in places]
        syllables += parts
        initials += parts if is_other else [part[0] for part in parts]
    return syllables, initials
