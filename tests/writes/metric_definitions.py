"""Versions of definitions: drafted and adopted by the assessor."""

from typing import Any

from tests.world import World
from tests.writes.call import BUSINESS, Call, etag
from tests.writes.periods import ASSESSOR

LEFT: dict[str, set[str]] = {
    "create_metric_definition": {"create metric_definitions"},
    "adopt_metric_definition": {"update metric_definitions"},
}
ACCESS: dict[str, str] = {
    "list_metric_definitions": BUSINESS,
    "create_metric_definition": ASSESSOR,
    "get_metric_definition": BUSINESS,
    "adopt_metric_definition": ASSESSOR,
    "get_shadow_report": "33333++3+3331",
    "get_version_comparison": "33333++3+3331",
    "get_kpi_change": BUSINESS,
    "list_kpi_change_subjects": BUSINESS,
}
SINGLE = {"/metric-definitions/": "adopt_metric_definition"}


def version(metric: str, year: int, **parameters: Any) -> dict[str, Any]:
    """A draft of a metric from a year on."""
    return {
        "metric": metric, "effective_from_year": year, "label_zh": "新口径", "label_en": "New",
        "parameters": parameters,
    }  # fmt: skip


def capital(**more: Any) -> dict[str, Any]:
    """省外产业到位资金 of 2024."""
    excluded = ["real_estate", "infrastructure", "finance"]
    return version("M02", 2024, **{"origin_scope": "province", "excluded_tags": excluded, **more})


async def calls(world: World) -> dict[str, Call]:
    path = "/metric-definitions"
    drafted = await world.assessor.made(path, capital())
    return {
        "create_metric_definition": Call(world.assessor, "POST", path, capital()),
        "adopt_metric_definition": Call(
            world.assessor, "POST", f"{path}/{drafted['id']}/adoptions", etag=etag(drafted)
        ),
    }
