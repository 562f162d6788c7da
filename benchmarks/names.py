"""Company names: real ones from a CSV first, then made ones; and what the search derives from them.

The derived columns come from the application's own functions, so that what is measured is what the
application would have stored.
"""

import csv
import random
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from app.core.search import fold, names_index

COLUMNS = ("full_name", "company_name", "企业名称")
_REGIONS = Path(__file__).parents[1] / "app" / "data" / "gbt2260.csv"
_CHARACTERS = (
    "华中金盛鑫瑞德康泰恒宏伟达通博信远东方海天成光明新安源长江汇丰利和顺福星锐科创智云"
    "联凯龙腾飞翔宇晨晖雅美佳润泽森林川峰岳岭昌兴隆嘉禾正大永久万千百立德仁义礼诚"
)
_TRADES = (
    "生物科技", "新能源", "新材料", "电子", "精密制造", "医药", "医疗器械", "食品", "农业科技",
    "环保科技", "信息技术", "软件", "半导体", "汽车零部件", "航空装备", "化工", "纺织", "服饰",
    "家居", "建筑工程", "物流", "供应链", "贸易", "文化传媒", "教育科技", "旅游开发", "光电",
    "智能装备", "机器人", "储能技术", "稀贵金属", "花卉", "咖啡", "数据服务", "投资", "实业",
)  # fmt: skip
_FORMS = ("有限公司",) * 6 + ("股份有限公司", "集团有限公司", "有限责任公司")

# search_text, name_sort, name_keys
Derived = tuple[str, str, list[str]]


def company_names(count: int, seed: int, file: Path | None = None) -> list[str]:
    """`count` names, the file's first; the same for the same arguments."""
    names = list(dict.fromkeys(_listed(file)))[:count] if file else []
    dice, places = random.Random(seed), _places()
    while len(names) < count:
        brand = "".join(dice.choices(_CHARACTERS, k=2))
        names.append(dice.choice(places) + brand + dice.choice(_TRADES) + dice.choice(_FORMS))
    return names


def _listed(file: Path) -> Iterator[str]:
    """The names in a CSV (UTF-8); ValueError where no column of names is found."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        column = next((name for name in COLUMNS if name in (rows.fieldnames or ())), None)
        if column is None:
            message = f"{file} has none of the columns {', '.join(COLUMNS)}"
            raise ValueError(message)
        yield from (name for row in rows if (name := row[column].strip()))


@lru_cache
def _places() -> list[str]:
    """Provinces and cities without their suffix: 云南, 昆明."""
    with _REGIONS.open(encoding="utf-8-sig", newline="") as lines:
        named = [row["name"] for row in csv.DictReader(lines) if row["level"] in {"1", "2"}]
    return [name.removesuffix("省").removesuffix("市") for name in named if len(name) <= 4]


def derived(names: tuple[str, ...]) -> Derived:
    """`search_text`, `name_sort` and `name_keys` of a record; the first name is its own."""
    return *names_index(list(names)), [fold(names[0])]
