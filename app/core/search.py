"""Search that finds Chinese substrings of one or more characters, pinyin, initials and English.

A searchable row keeps `search_text`: its names, their pinyin (behind a TAB) and their initials, one
per line, folded. A GIN index over the 1-, 2- and (Latin only) 3-grams of that text answers any
substring; `strpos` rechecks. Trigram indexes alone find nothing useful below three characters.
Pinyin gives its 3-grams and its beginning alone: two letters somewhere inside say nothing and would
be half of the index. The first line is the name: a B-tree over its length and itself finds what
begins with a term, the shortest first.
"""

import re
import unicodedata
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.pinyin import pinyin

_LAST_CHARACTER = "\U0010ffff"
# `search_name` cuts there.
_LONGEST_NAME = 200
# Naming every length lets any PostgreSQL (18 would alone) look up the term once per length. As a
# constant, planning would weigh each of them.
_LENGTHS = f"(SELECT '{{{','.join(map(str, range(1, _LONGEST_NAME + 1)))}}}'::int[])::int[]"
# Before a term: the beginning of a line, or any part of one without a TAB.
_NOT_INSIDE_PINYIN = r"(^|\n)(\t?|[^\t\n][^\n]*)"
_LATIN_TRIGRAM = re.compile(r"[a-z0-9]{3}")


class Searchable(SQLModel):
    """Mixin: `search_fields` name the columns searched; the first of them sorts by pinyin."""

    search_fields: ClassVar[tuple[str, ...]] = ("name",)

    search_text: str = Field(default="")
    name_sort: str = Field(default="")

    def index_names(self) -> None:
        """Bring the derived columns up to date; called before every flush."""
        names = [value for field in self.search_fields if (value := getattr(self, field))]
        self.search_text, self.name_sort = names_index(names)


def fold(text: str) -> str:
    """Width, case and runs of blanks made equal (Unicode NFKC)."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def names_index(names: list[str]) -> tuple[str, str]:
    """`search_text` (lines, each once) of some names, and `name_sort` of the first of them.

    That key orders Chinese names by pinyin, then by character, beside Latin ones.
    """
    lines: dict[str, None] = {}
    key = ""
    for name in map(fold, names):
        lines[name] = None
        syllables, initials = ([name], []) if name.isascii() else pinyin(name)
        if initials:
            lines[_spelt("".join(syllables))] = None
            lines["".join(initials)] = None
        key = key or f"{' '.join(syllables)} {name}"
    return "\n".join(lines), key[:400]


def _spelt(syllables: str) -> str:
    """Behind a TAB where letters and digits alone stand, so that 3-grams cover all of it."""
    return f"\t{syllables}" if syllables.isascii() and syllables.isalnum() else syllables


def query_grams(term: str) -> list[str]:
    """The grams that every text containing `term` must have; the longest that the index keeps."""
    if len(term) == 1:
        return [term]
    long = [i for i in range(len(term) - 2) if _LATIN_TRIGRAM.fullmatch(term, i, i + 3)]
    covered = {j for i in long for j in (i, i + 1)}
    short = [i for i in range(len(term) - 1) if i not in covered]
    return [term[i : i + 3] for i in long] + [term[i : i + 2] for i in short]


def search_condition(model: Any) -> sa.ColumnElement[bool]:  # a Searchable table
    """Rows whose text holds the term; binds `q` (folded) and `q_grams`."""
    return sa.and_(_has_grams(model), sa.func.strpos(model.search_text, _text("q")) > 0)


def holds_condition(model: Any) -> sa.ColumnElement[bool]:
    """The same rows for a reader who has them already: cutting their grams takes 30 µs a row.

    One or two letters inside of pinyin are no match, though they stand in the text.
    """
    term = _text("q")
    is_short = term.regexp_match("^[a-z0-9]{1,2}$")
    is_meant = model.search_text.regexp_match(sa.literal(_NOT_INSIDE_PINYIN, sa.Text) + term)
    return sa.and_(
        sa.func.strpos(model.search_text, term) > 0, sa.case((is_short, is_meant), else_=sa.true())
    )


def _has_grams(model: Any) -> sa.ColumnElement[bool]:
    grams = sa.func.search_grams(model.search_text, type_=ARRAY(sa.Text))
    return grams.contains(sa.bindparam("q_grams", type_=ARRAY(sa.Text)))


def name_keys(model: Any) -> list[sa.ColumnElement[Any]]:
    """The folded name's length and itself, in the order of code points, as they are indexed."""
    name = sa.func.search_name(model.search_text, type_=sa.Text)
    return [sa.func.length(name, type_=sa.Integer), sa.collate(name, "C")]


def begins_condition(model: Any) -> sa.ColumnElement[bool]:
    """Rows whose name begins with the term, which `search_condition` finds too; binds `q_end`."""
    name, start, end = name_keys(model)[1], _text("q"), _text("q_end")
    return sa.and_(name >= start, name < end)


def any_length(model: Any) -> sa.ColumnElement[bool]:
    """True of every row: with it `begins_condition` and the order of `name_keys` share an index."""
    return name_keys(model)[0] == sa.any_(sa.literal_column(_LENGTHS, ARRAY(sa.Integer)))


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text)


def search_binds(term: str) -> dict[str, Any]:
    """Values for `search_condition` and `begins_condition`."""
    folded = fold(term)
    return {
        "q": folded,
        "q_end": folded + _LAST_CHARACTER,
        "q_grams": query_grams(folded),
        "is_planned": True,
    }


def search_index(table: str) -> sa.Index:
    """The index over `name_keys` for a table that may grow long."""
    length = sa.text("length(search_name(search_text))")
    return sa.Index(
        f"ix_{table}_search_name", length, sa.text('(search_name(search_text)) COLLATE "C"'), "id"
    )
