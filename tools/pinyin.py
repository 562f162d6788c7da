"""Write `app/data/pinyin.txt` from pypinyin: `python -m tools.pinyin` (`make pinyin`).

Kept are the first reading of every character and the phrases that read otherwise than their
characters do one by one.
"""

from collections import defaultdict
from pathlib import Path

from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

TABLE = Path(__file__).parents[1] / "app" / "data" / "pinyin.txt"


def table() -> str:
    """The whole file; equal for equal versions of pypinyin."""
    single = {char: lazy_pinyin(char)[0] for char in map(chr, PINYIN_DICT)}
    lines = [f"{said} {chars}" for said, chars in sorted(_by_syllable(single).items())]
    lines += [f"{phrase} {' '.join(said)}" for phrase, said in sorted(_phrases(single).items())]
    return "\n".join(lines) + "\n"


def _by_syllable(single: dict[str, str]) -> dict[str, str]:
    found: defaultdict[str, str] = defaultdict(str)
    for char, said in sorted(single.items()):
        found[said] += char
    return found


def _phrases(single: dict[str, str]) -> dict[str, list[str]]:
    """What is needed so that the longest match from the left reads each phrase as pypinyin does."""
    kept: dict[str, list[str]] = {}
    for phrase in sorted(PHRASES_DICT, key=len):
        if single.keys() >= set(phrase) and (said := lazy_pinyin(phrase)) != _read(
            phrase, single, kept
        ):
            kept[phrase] = said
    return kept


def _read(text: str, single: dict[str, str], phrases: dict[str, list[str]]) -> list[str]:
    found: list[str] = []
    while len(found) < len(text):
        rest = text[len(found) :]
        longest = max((p for p in _starts(rest) if p in phrases), key=len, default=None)
        found += phrases[longest] if longest else [single[rest[0]]]
    return found


def _starts(text: str) -> list[str]:
    return [text[:length] for length in range(2, len(text) + 1)]


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8", newline="\n")
