"""What made-up companies were seen to do, and the targets that follow for every chain."""

from datetime import timedelta

from sqlmodel import col, select

from app.core.clock import today
from app.demo.people import Zone, demo_id
from app.models.companies import Company
from app.models.company_signals import CompanySignal, SignalKind
from app.models.target_recomputations import TargetRecomputationCreate
from app.models.targets import Target
from app.services.target_recomputations import recompute

# Words of the company, kind, days ago, text; nobody published these.
_SIGNALS = (
    ("云岭智能装备", SignalKind.new_plant, 30, "拟在西南地区新建生产基地"),
    ("苍洱智能装备", SignalKind.capital_increase, 120, "注册资本增加"),
    ("石林生物制药", SignalKind.tender, 45, "新车间净化工程招标"),
    ("抚仙生物制药", SignalKind.listing_plan, 200, "启动上市辅导"),
    ("滇峰稀有金属", SignalKind.recruitment, 15, "扩招技术工人"),
    ("石林电子商务", SignalKind.penalty, 300, "广告用语受到行政处罚"),
)


async def add_targets(zone: Zone, companies: list[Company]) -> int:
    """Signals, then a run for each unit; counts the targets."""
    named = {company.name.removesuffix("有限公司"): company for company in companies}
    zone.session.add_all(
        CompanySignal(
            id=demo_id("signal", words),
            company_id=named[words].id,
            kind=kind,
            happened_on=today() - timedelta(days=days),
            text=text,
            source="演示数据",
        )
        for words, kind, days, text in _SIGNALS
    )
    await zone.session.flush()
    for unit in zone.units.values():
        await recompute(zone.session, TargetRecomputationCreate(combination_id=unit.id))
    return len((await zone.session.exec(select(col(Target.id)))).all())
