"""A group of three made-up companies and lists of made-up ones: nothing is said of a real firm."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

from app.demo.people import Zone, demo_id
from app.models.companies import Company
from app.models.company_controls import CompanyControl
from app.models.company_flags import IncubationStage, ListKind, last_year
from app.models.company_lists import CompanyList, CompanyListEntry
from app.models.incubation_stages import IncubationEntry

# kind, name, year, words of the companies on it; nobody published these lists
_LISTS = (
    (ListKind.gazelle, "演示瞪羚企业名单", 2025, ("翠湖软件技术", "云岭生物制药")),
    (ListKind.high_tech, "演示高新技术企业名单", 2025, ("云岭生物制药", "金马贵金属材料")),
)
# Group, subsidiary, project company.
_GROUP = ("滇峰贵金属材料", "金马贵金属材料", "碧鸡贵金属材料")
_NURSERY = (
    (IncubationStage.seedbed, date(2023, 3, 1)),
    (IncubationStage.incubator, date(2024, 9, 1)),
)


async def add_groups(zone: Zone, companies: list[Company]) -> None:
    """Lists, control from the top down, and one firm on its way through incubation."""
    named = {company.name.removesuffix("有限公司"): company for company in companies}
    for kind, name, year, members in _LISTS:
        edition = CompanyList(
            id=demo_id("list", name), name=name, year=year, kind=kind, is_demo=True,
            published_on=date(year, 6, 30), valid_until_year=last_year(kind, year),
            source="演示数据",
        )  # fmt: skip
        zone.session.add(edition)
        await zone.session.flush()
        zone.session.add_all(_entry(edition, named[member]) for member in members)
    for above, below in pairwise(_GROUP):
        zone.session.add(_control(named[below], named[above]))
    zone.session.add_all(_stage(named["翠湖软件技术"], *step) for step in _NURSERY)
    await zone.session.flush()


def _entry(edition: CompanyList, company: Company) -> CompanyListEntry:
    return CompanyListEntry(
        id=demo_id("entry", edition.name, company.name),
        company_list_id=edition.id,
        company_id=company.id,
        listed_name=company.name,
    )


def _control(company: Company, controller: Company) -> CompanyControl:
    return CompanyControl(
        id=demo_id("control", company.name),
        company_id=company.id,
        controller_id=controller.id,
        from_on=date(2024, 1, 1),
        share=Decimal("0.6"),
        source="演示数据",
    )


def _stage(company: Company, stage: IncubationStage, day: date) -> IncubationEntry:
    return IncubationEntry(
        id=demo_id("incubation", company.name, stage),
        company_id=company.id,
        stage=stage,
        from_on=day,
        source="演示数据",
    )
