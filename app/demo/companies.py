"""Companies: made-up ones of the zone's industries, and the first hundred of a public list."""

from importlib.resources import files
from itertools import product

from sqlmodel import col, select

from app.demo.people import Zone, demo_id
from app.models.codes import synthetic_credit_code
from app.models.companies import Company
from app.models.company_flags import ListKind
from app.models.company_lists import CompanyListCreate
from app.services.company_lists import import_list

LIST_NAME, LIST_YEAR = "Fortune Global 500", 2020
_EXCERPT = "fortune_global500_2020_top100.csv"
_PLACES = ("云岭", "翠湖", "金马", "碧鸡", "滇峰", "苍洱", "石林", "抚仙")
# word in the name, GB/T 4754-2017, origin (GB/T 2260): the industries of fact A14
FIELDS = (
    ("生物制药", "C2761", "310000"),
    ("大健康食品", "C1491", "440100"),
    ("贵金属材料", "C3239", "530100"),
    ("稀有金属", "C3231", "430100"),
    ("软件技术", "I6513", "110000"),
    ("图像科技", "I6579", "440300"),
    ("智能装备", "C3569", "320500"),
    ("卫星应用", "I6331", "610100"),
    ("电子商务", "I6434", "330100"),
)


async def add_companies(zone: Zone) -> list[Company]:
    """Seventy-two made-up companies with valid, synthetic credit codes; then the list."""
    made = [
        Company(
            id=demo_id("company", place, word),
            name=f"{place}{word}有限公司",
            credit_code=synthetic_credit_code(1000 + number),
            region_code=region,
            industry_code=industry,
            is_demo=True,
        )
        for number, (place, (word, industry, region)) in enumerate(product(_PLACES, FIELDS))
    ]
    zone.session.add_all(made)
    await zone.session.flush()
    head = CompanyListCreate(
        name=LIST_NAME,
        year=LIST_YEAR,
        kind=ListKind.global500,
        source="Fortune Global 500 2020, ranks 1–100 (facts only)",
    )
    await import_list(
        zone.session, head, (files("app.demo") / _EXCERPT).read_bytes(), filename=_EXCERPT
    )
    return made


async def listed_companies(zone: Zone, names: tuple[str, ...]) -> list[Company]:
    """Companies of the list by name."""
    query = select(Company).where(col(Company.name).in_(names)).order_by(col(Company.name))
    return list((await zone.session.exec(query)).all())
