"""Industry chains: the three key industries and two emerging ones of fact A14, and who is there."""

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from itertools import groupby

from sqlmodel import col, select

from app.core.faults import refuse_faulty
from app.demo.people import Zone, demo_id
from app.models.chain_nodes import ChainNode
from app.models.companies import Company
from app.models.industry_chains import IndustryChain
from app.models.node_presences import NodePresence
from app.models.node_statuses import NodeStatus, NodeStatusEntry
from app.models.officers import Officer
from app.models.roles import Role
from app.services.chain_documents import import_chain

BIOMED = "生物医药大健康"
TABLES = ("metal_materials", "it_services", "smart_equipment", "e_commerce")
SETTLED_ON, FIRST_LOOK_ON, SECOND_LOOK_ON = date(2025, 3, 3), date(2024, 11, 1), date(2025, 7, 1)
_TIERS = {"上游": ("U", "upstream"), "中游": ("M", "midstream"), "下游": ("D", "downstream")}
# Node to importance, needed share and industries (GB/T 4754-2017); nodes and source are published.
_BIOMED_NODES: dict[str, tuple[int, str, tuple[str, ...]]] = {
    "中药材": (4, "1", ("A0171",)),
    "医药中间体": (3, "0.5", ("C2614",)),
    "药用辅料": (3, "0.5", ("C2780",)),
    "医药包装材料": (2, "0.5", ("C2780",)),
    "制药设备": (3, "0.4", ("C3544",)),
    "医药研发(CRO)": (5, "0.6", ("M7340",)),
    "原料药": (4, "0.8", ("C2710",)),
    "生物药": (5, "1", ("C2761",)),
    "化学药": (4, "1", ("C2720",)),
    "中医药": (5, "1", ("C2730", "C2740")),
    "医疗设备及器械制造": (4, "0.6", ("C358",)),
    "医药流通": (3, "1", ("F515",)),
    "医院等医疗机构": (3, "1", ("Q841",)),
    "零售药房": (2, "1", ("F5251",)),
}
_BIOMED_LINKS = (
    ("中药材", "中医药", 3), ("医药中间体", "原料药", 3), ("原料药", "化学药", 3),
    ("药用辅料", "化学药", 2), ("医药包装材料", "化学药", 1), ("制药设备", "生物药", 2),
    ("医药研发(CRO)", "生物药", 3), ("生物药", "CMO/CDMO", 2),
    ("生命科学服务(试剂、耗材、仪器)", "医药研发(CRO)", 2), ("化学药", "医药流通", 2),
    ("中医药", "医药流通", 2), ("医药流通", "零售药房", 3), ("医药流通", "医院等医疗机构", 3),
    ("医疗设备及器械制造", "医院等医疗机构", 2), ("医药流通", "互联网医院/线上渠道", 1),
)  # fmt: skip
# What the made-up companies do: chain, node, and the part of the demand that each of them meets.
_PLACES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "生物制药": (BIOMED, "生物药", ("0.3", "0.25", "0.1")),
    "大健康食品": (BIOMED, "中药材", ("0.6", "0.5")),
    "贵金属材料": ("金属新材料", "贵金属压延加工", ("0.7", "0.4")),
    "稀有金属": ("金属新材料", "稀有金属冶炼", ("0.35",)),
    "软件技术": ("IT和现代服务业", "应用软件", ("0.2", "0.2", "0.15")),
    "图像科技": ("IT和现代服务业", "信息系统集成", ("0.3",)),
    "智能装备": ("智能装备", "物流与输送装备", ("0.4", "0.3")),
    "电子商务": ("电子商务", "生活服务平台", ("0.2",)),
}
NODE_OF = {word: (chain, node) for word, (chain, node, _) in _PLACES.items()}


async def add_chains(zone: Zone, companies: list[Company]) -> int:
    """Write the chains, who is at their nodes, and what the nodes were declared; counts nodes."""
    for content in (_biomed(), *(files("app.demo") / f"chain_{t}.csv" for t in TABLES)):
        raw = content if isinstance(content, bytes) else content.read_bytes()
        report = await import_chain(zone.session, raw, "")
        refuse_faulty(report)
    query = select(ChainNode, IndustryChain).join(
        IndustryChain, col(IndustryChain.id) == col(ChainNode.industry_chain_id)
    )
    nodes = {(chain.name, node.name): node for node, chain in await zone.session.exec(query)}
    for chain in await zone.session.exec(select(IndustryChain)):
        chain.is_demo = True
    await _add_presences(zone, companies, nodes)
    await _add_statuses(zone, nodes)
    return len(nodes)


def _biomed() -> bytes:
    """The published nodes with importance and links of our own, as a document."""
    text = (files("app.data") / "biomed_chain_nodes.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    nodes = [
        _biomed_node(row, f"{_TIERS[stage][0]}{number}")
        for stage, group in groupby(rows, key=lambda row: row["stage"])
        for number, row in enumerate(group, 1)
    ]
    codes = {str(node["name"]): node["code"] for node in nodes}
    links = [
        {"from_code": codes[a], "to_code": codes[b], "strength": strength, "basis": "expert"}
        for a, b, strength in _BIOMED_LINKS
    ]
    chain = {"name": BIOMED, "kind": "key_industry", "priority": 1}
    return json.dumps({"chain": chain, "nodes": nodes, "links": links}).encode()


def _biomed_node(row: dict[str, str], code: str) -> dict[str, object]:
    importance, needed, industries = _BIOMED_NODES.get(row["node"], (3, "0.5", ()))
    return {
        "code": code,
        "name": row["node"],
        "tier": _TIERS[row["stage"]][1],
        "importance": importance,
        "needed_share": needed,
        "industry_codes": list(industries),
        "source": row["source"],
    }


async def _add_presences(
    zone: Zone, companies: list[Company], nodes: dict[tuple[str, str], ChainNode]
) -> None:
    """Stated by an officer, verified by the leader."""
    officer, leader = zone.field_officers()[0], _leader(zone)
    for word, (chain, name, shares) in _PLACES.items():
        settled = [company for company in companies if word in company.name]
        for company, share in zip(settled, shares, strict=False):
            node = nodes[chain, name]
            zone.session.add(
                NodePresence(
                    id=demo_id("presence", chain, name, company.name),
                    chain_node_id=node.id,
                    company_id=company.id,
                    local_share=Decimal(share),
                    from_on=SETTLED_ON,
                    created_by_id=officer.id,
                    stated_by_id=officer.id,
                    verified_by_id=leader.id,
                    verified_on=SECOND_LOOK_ON,
                )
            )
    await zone.session.flush()


async def _add_statuses(zone: Zone, nodes: dict[tuple[str, str], ChainNode]) -> None:
    """Missing at the first look; where companies have settled, weak or strong at the second."""
    taken = {(chain, name): sum(map(Decimal, shares)) for chain, name, shares in _PLACES.values()}
    for place, node in nodes.items():
        _declare(zone, node, NodeStatus.missing, FIRST_LOOK_ON)
        if place in taken:
            is_strong = taken[place] >= node.needed_share
            status = NodeStatus.strong if is_strong else NodeStatus.weak
            _declare(zone, node, status, SECOND_LOOK_ON)
    await zone.session.flush()


def _declare(zone: Zone, node: ChainNode, status: NodeStatus, day: date) -> None:
    entry = NodeStatusEntry(
        id=demo_id("status", node.id, day),
        chain_node_id=node.id,
        status=status,
        from_on=day,
        created_at=datetime.combine(day, datetime.min.time(), UTC),
        created_by_id=_leader(zone).id,
    )
    zone.session.add(entry)


def _leader(zone: Zone) -> Officer:
    return next(officer for officer in zone.officers if officer.role is Role.leader)
