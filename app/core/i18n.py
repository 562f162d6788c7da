"""Texts in Chinese and English, from `locales/*.toml`; the language follows `Accept-Language`."""

import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from enum import Enum
from functools import lru_cache
from importlib.resources import files
from typing import Any

LANGUAGES = {"zh": "zh-CN", "en": "en"}
DEFAULT = "zh"

language: ContextVar[str] = ContextVar("language", default=DEFAULT)


@lru_cache
def catalogue(lang: str) -> dict[str, dict[str, str]]:
    """All texts of one language by section: `errors`, `validation`, one per enumeration."""
    return tomllib.loads((files("app.locales") / f"{lang}.toml").read_text("utf-8"))


@lru_cache(maxsize=256)
def negotiate(header: str) -> str:
    """The best of our languages for an `Accept-Language` (RFC 9110 §12.5.4); Chinese if none."""
    best, best_weight = DEFAULT, 0.0
    for part in header.split(","):
        tag, _, parameter = part.partition(";")
        lang, weight = tag.strip().lower().split("-")[0], _weight(parameter)
        if lang in LANGUAGES and weight > best_weight:
            best, best_weight = lang, weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


class _Gaps(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def text(
    section: str,
    key: str,
    params: Mapping[str, Any] | None = None,
    *,
    lang: str = "",
    fallback: str = "",
) -> str:
    """One text with its parameters filled in; `fallback`, else the key, where no text exists.

    A parameter that is one of our codes is named by its label.
    """
    texts = catalogue(lang or language.get())
    named = {name: _named(texts, value) for name, value in (params or {}).items()}
    return texts.get(section, {}).get(key, fallback or key).format_map(_Gaps(named))


def _named(texts: Mapping[str, Mapping[str, str]], value: Any) -> Any:
    is_code = isinstance(value, Enum)
    return texts.get(type(value).__name__, {}).get(value.value, value) if is_code else value


def label(section: str, key: str) -> dict[str, str]:
    """The text in every language: `{"zh": …, "en": …}`."""
    return {lang: text(section, key, lang=lang) for lang in LANGUAGES}
