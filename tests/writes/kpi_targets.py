"""KPI targets, and what is read beside them."""

from typing import Any

from tests.world import World
from tests.writes.call import BUSINESS, Call, etag, items

LEFT: dict[str, set[str]] = {
    "create_kpi_target": {"create kpi_targets", "create kpi_target_versions"},
    "create_kpi_targets": {"create kpi_targets", "create kpi_target_versions"},
    "update_kpi_target": {"update kpi_targets", "create kpi_target_versions"},
}
# The officer's own numbers, and whoever sees them; set by the lead of the team or for the zone.
_SEEN, _SET, _CHANGED = "+4+44++3+3331", "33+33++333331", "33+34++333331"
ACCESS: dict[str, str] = {
    "list_kpi_targets": BUSINESS,
    "get_kpi_target": _SEEN,
    "create_kpi_target": _SET,
    # A batch answers for each item: another team's lead has it refused inside.
    "create_kpi_targets": "33+3+++333331",
    "update_kpi_target": _CHANGED,
    "list_kpi_target_sums": BUSINESS,
    "list_kpi_attainments": BUSINESS,
    "list_stage_durations": BUSINESS,
}
SINGLE = {"/kpi-targets/": "update_kpi_target"}


def target(world: World, metric: str = "Q02", year: int = 2026, **more: Any) -> dict[str, Any]:
    """Of the officer, twelve in the year."""
    subject = {"scope": "officer", "scope_id": world.officer.id}
    return {"metric": metric, "year": year, "value": "12.0000", **subject, **more}


async def calls(world: World) -> dict[str, Call]:
    path = "/kpi-targets"
    kept = await world.leader.made(path, target(world, "M01", 2025))
    change = {"value": "15.0000", "reason": "年中调整"}
    return {
        "create_kpi_target": Call(world.leader, "POST", path, target(world)),
        "create_kpi_targets": Call(
            world.leader, "POST", f"{path}/batch", items(target(world, "Q03"))
        ),
        "update_kpi_target": Call(
            world.leader, "PATCH", f"{path}/{kept['id']}", change, etag(kept)
        ),
    }
