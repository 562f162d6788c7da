"""Documentation that cannot rot, and the rules of the house that a machine can check."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from fastapi import FastAPI

from app.core import migrations
from app.core.config import Settings
from app.demo.people import ACCOUNTS
from app.kpis.ledger import METRICS
from app.models.pipeline import Stage
from app.models.roles import Role

ROOT = Path(__file__).parents[1]
README, DOMAIN = (ROOT / "README.md").read_text(), (ROOT / "docs/domain.md").read_text()


def sources() -> list[Path]:
    return sorted((ROOT / "app").rglob("*.py"))


async def test_the_published_contract_is_the_one_served(app: FastAPI) -> None:
    published = json.loads((ROOT / "docs/openapi.json").read_text())
    assert app.openapi() == published, "run `make openapi` and review the difference"


def test_the_migrations_say_what_the_models_say(database_url: str) -> None:
    migrations.check(database_url)
    newest = ScriptDirectory(str(ROOT / "alembic")).get_current_head()
    assert migrations.head_revision() == newest


def test_the_readme_begins_with_the_two_commands() -> None:
    commands = [line.split("#")[0].strip() for line in README.splitlines() if line[:4] == "    "]
    assert commands[:2] == ["make run", "make test"]


def test_every_make_target_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"`make ([a-z-]+)`", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_setting_is_listed() -> None:
    example = (ROOT / ".env.example").read_text()
    listed = set(re.findall(r"^#?(YINFENG_[A-Z_]+)=", example, re.MULTILINE))
    known = {f"YINFENG_{name.upper()}" for name in Settings.model_fields}
    assert known == listed - {"YINFENG_TEST_DATABASE_URL", "YINFENG_PG_BINDIR"}


@pytest.mark.parametrize("name", [username for username, *_ in ACCOUNTS])
def test_the_readme_lists_every_demo_account(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("word", [*Stage, *Role, *METRICS])
def test_the_glossary_knows_every_stage_role_and_metric(word: str) -> None:
    assert re.search(rf"\b{word}\b", DOMAIN)


def test_links_lead_somewhere() -> None:
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


VECTORS = re.findall(r"^\| ((?:V\d+ ?)+) \|.*\| ([^|]+) \|$", DOMAIN, re.MULTILINE)


@pytest.mark.parametrize(("numbers", "tests"), VECTORS)
def test_each_published_figure_has_the_test_it_names(numbers: str, tests: str) -> None:
    named = [found.split("::") for found in re.findall(r"`([^`]+)`", tests)]
    for number in numbers.split():
        for file, name in named:
            text = (ROOT / file).read_text()
            (node,) = [f for f in functions(ast.parse(text)) if f.name == name]
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            source = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
            assert re.search(rf"(\b|_){number}(\b|_)", source, re.IGNORECASE), (number, name)


def test_no_published_figure_is_left_out() -> None:
    found = [number for numbers, _ in VECTORS for number in numbers.split()]
    wanted = [n for n in range(1, 27) if n not in {15, 19, 20}]
    assert sorted(int(number[1:]) for number in found) == wanted


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs/decisions").glob("*.md")), ids=lambda p: p.name
)
def test_decisions_are_short(page: Path) -> None:
    assert len(page.read_text().splitlines()) <= 40


def functions(tree: ast.AST) -> list[Any]:
    return [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]


def test_sizes() -> None:
    lengths = []
    for path in sources():
        text = path.read_text()
        assert len(text.splitlines()) <= 250, path
        for node in functions(ast.parse(text)):
            length = node.end_lineno - node.lineno + 1
            assert length <= 40, f"{path}:{node.lineno} {node.name}"
            lengths.append(length)
    assert sorted(lengths)[len(lengths) // 2] <= 8
