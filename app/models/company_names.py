"""When two spellings of a company's name mean the same name.

Width, case, brackets, blanks, punctuation, Traditional characters, the legal form and the way a
region is written make no difference. The region itself does: 北京银行 and 上海银行 are two banks.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files

from app.models.reference import regions

_LEGAL_FORM = re.compile(
    r"(?:股份)?有限(?:责任)?公司|股份公司|集团(?:总?公司)?|(?:总|分)公司|股份合作公司|公司|股份$"
)
_CHINESE = re.compile(r"[㐀-䶿一-鿿]")
_SYMBOL = re.compile(r"[\W_]+")
# How the names of regions end; 内蒙古 is none of the peoples.
_REGION_FORM = re.compile(
    r"(?:(?<!内)蒙古|[蒙回藏苗彝壮侗瑶白傣羌]族|蒙古族|朝鲜族|布依族|土家族|哈尼族|傈僳族|景颇族|哈萨克"
    r"|柯尔克孜|维吾尔)*自治[区州]$|(?:特别行政区|省|市|地区|盟)$"
)
_ENGLISH_FORMS = frozenset(
    [
        "co",
        "company",
        "corp",
        "corporation",
        "inc",
        "incorporated",
        "ltd",
        "limited",
        "llc",
        "llp",
        "lp",
        "plc",
        "gmbh",
        "ag",
        "kg",
        "kgaa",
        "sa",
        "sas",
        "sarl",
        "spa",
        "srl",
        "bv",
        "nv",
        "ab",
        "as",
        "asa",
        "oy",
        "oyj",
        "pte",
        "pty",
        "pvt",
        "bhd",
        "sdn",
        "kk",
        "se",
        "group",
    ]
)


def normal_name(text: str) -> str:
    """What equal names have in common; of a name that is nothing but its form, the name itself."""
    plain = unicodedata.normalize("NFKC", text).lower().translate(_simplified())
    if not _CHINESE.search(plain):
        return _english(plain)
    joined = _SYMBOL.sub("", plain)
    return _LEGAL_FORM.sub("", _region_first(joined)) or joined


def _english(text: str) -> str:
    """Words without their spaces; the form at the end and `the` at the beginning go."""
    words = _SYMBOL.sub(" ", text.replace(".", "").replace("&", " and ")).split()
    kept = words[1:] if words[:1] == ["the"] else words[:]
    while kept and kept[-1] in _ENGLISH_FORMS | {"and"}:
        kept.pop()
    return "".join(kept or words) or text.strip()


def _region_first(name: str) -> str:
    """云南省昆明市贵研 and 昆明贵研 become 昆明贵研, 云南省贵研 becomes 云南贵研."""
    province, rest = _taken(name, _provinces())
    city, behind = _taken(rest, _cities())
    if city:
        return city + behind
    return province + rest


def _taken(name: str, places: dict[str, str]) -> tuple[str, str]:
    """The bare name of the longest region that a name begins with, and what follows it."""
    for length in range(min(len(name) - 1, 12), 1, -1):
        if name[:length] in places:
            return places[name[:length]], name[length:]
    return "", name


@cache
def _provinces() -> dict[str, str]:
    return _written(1)


@cache
def _cities() -> dict[str, str]:
    return _written(2)


def _written(level: int) -> dict[str, str]:
    """Each way to write the regions of a level, and their bare names."""
    names = (region.name for region in regions().values() if region.level == level)
    bare = {name: _REGION_FORM.sub("", name) for name in names}
    known = {name: short for name, short in bare.items() if len(short) > 1 and name != "市辖区"}
    return known | {short: short for short in known.values()}


@cache
def _simplified() -> dict[int, str]:
    old, new = files("app.data").joinpath("traditional.txt").read_text("utf-8").splitlines()
    return dict(zip(map(ord, old), new, strict=True))
