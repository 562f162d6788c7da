"""What a front end is built from: labels in both languages, error texts, the OpenAPI document."""

import re
import tomllib
from importlib.resources import files
from itertools import chain
from typing import Any

import pytest

from app.core.errors import STATUS
from app.kpis.catalogue import METRICS
from app.models.pipeline import Stage
from tests.world import World

LANGUAGES = ("zh", "en")
TEXTS = {
    lang: tomllib.loads((files("app.locales") / f"{lang}.toml").read_text("utf-8"))
    for lang in LANGUAGES
}


@pytest.fixture
async def meta(world: World) -> Any:
    return await world.agent.seen("/meta")


async def test_every_value_of_every_enumeration_has_a_label(meta: Any) -> None:
    assert len(meta["enumerations"]["Stage"]) == 10
    for name, values in meta["enumerations"].items():
        for lang in LANGUAGES:
            missing = [v["code"] for v in values if not TEXTS[lang].get(name, {}).get(v["code"])]
            assert not missing, (lang, name)
            labels = [value["label"][lang] for value in values]
            assert len(set(labels)) == len(labels), (lang, name)


async def test_every_field_has_a_label(meta: Any) -> None:
    fields = chain.from_iterable(resource["fields"] for resource in meta["resources"])
    names = {field["name"] for field in fields}
    assert {"agreed_amount", "visited_on", "company"} <= names
    for lang in LANGUAGES:
        assert not [name for name in names if not TEXTS[lang]["fields"].get(name)], lang


async def test_every_error_code_has_a_text(world: World) -> None:
    page = await world.nobody.seen("/meta/errors")
    assert {item["code"]: item["status"] for item in page["items"]} == STATUS
    for lang in LANGUAGES:
        assert not [code for code in STATUS if not TEXTS[lang]["errors"].get(code)], lang


def test_both_languages_say_the_same_things() -> None:
    zh, en = (
        {(section, key) for section, texts in TEXTS[lang].items() for key in texts}
        for lang in LANGUAGES
    )
    assert zh == en
    for section, key in zh:
        gaps = [set(re.findall(r"\{\w+\}", TEXTS[lang][section][key])) for lang in LANGUAGES]
        assert gaps[0] == gaps[1], (section, key)


def test_chinese_texts_are_chinese() -> None:
    texts = TEXTS["zh"]["errors"]
    assert not [key for key, text in texts.items() if not re.search(r"[\u4e00-\u9fff]", text)]


async def test_enumerated_fields_name_an_enumeration(meta: Any) -> None:
    resources = {resource["name"]: resource["fields"] for resource in meta["resources"]}
    leads = {field["name"]: field for field in resources["leads"]}
    assert leads["stage"]["enumeration"] == "Stage"
    assert leads["stage"]["filter_ops"] == ["eq", "ne", "in", "isnull"]
    assert leads["name"]["is_sortable"]
    assert leads["company"]["is_expandable"]
    for field in chain.from_iterable(resources.values()):
        assert field["enumeration"] is None or field["enumeration"] in meta["enumerations"]


async def test_metrics_have_labels_and_units_in_both_languages(world: World) -> None:
    page = await world.officer.seen("/kpis")
    codes = [item["code"] for item in page["items"]]
    assert codes == sorted(METRICS)
    for item in page["items"]:
        assert item["definition_id"] == f"{item['code']}@{item['version']}"
        for lang in LANGUAGES:
            assert item["label"][lang] != item["code"]
            assert item["unit"] in TEXTS[lang]["units"]


async def test_the_pipeline_is_served_as_declared(world: World) -> None:
    served = await world.officer.seen("/pipeline")
    assert [stage["code"] for stage in served["stages"]] == [stage.value for stage in Stage]
    building = served["stages"][6]
    assert building["recognised_by"] == "leader"
    assert building["next"] == {
        "construction": ["completed", "producing"],
        "equipment": ["producing"],
        "opening": [],
    }
    assert len(served["exit_reasons"]) == 19


@pytest.mark.parametrize("path", ["/meta", "/meta/errors", "/pipeline"])
async def test_documents_carry_a_tag(world: World, path: str) -> None:
    response = await world.officer.get(path)
    headers = {"If-None-Match": response.headers["etag"]}
    again = await world.officer.get(path, headers=headers)
    assert (again.status_code, again.content) == (304, b"")


async def test_operation_ids_are_unique_and_snake_case(world: World) -> None:
    document = (await world.nobody.get("/openapi.json")).json()
    operations = [o for path in document["paths"].values() for o in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) > 60
    assert len(set(ids)) == len(ids)
    assert not [name for name in ids if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)]
    assert not [o["operationId"] for o in operations if not o.get("description")]
