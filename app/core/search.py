"""Search that finds Chinese substrings of one or more characters, pinyin, initials and English.

A searchable row keeps `search_text`: its names, their pinyin (behind a TAB) and their initials, one
per line, folded. A GIN index over the 1-, 2- and (Latin only) 3-grams of that text answers any
substring; `strpos` rechecks. Trigram indexes alone find nothing useful below three characters.
Pinyin gives its 3-grams and its beginning alone: two letters somewhere inside say nothing and would
be half of the index.
"""

import re
import unicodedata
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.pinyin import pinyin

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
    grams = sa.func.search_grams(model.search_text, type_=ARRAY(sa.Text))
    return sa.and_(
        grams.contains(sa.bindparam("q_grams", type_=ARRAY(sa.Text))),
        sa.func.strpos(model.search_text, sa.bindparam("q", type_=sa.Text)) > 0,
    )


def search_binds(term: str) -> dict[str, Any]:
    """Values for `search_condition`."""
    folded = fold(term)
    return {"q": folded, "q_grams": query_grams(folded)}
