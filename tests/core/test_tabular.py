"""Uploaded tables: encodings, formats, limits, hostile files; headers and exports."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from app.core.tabular import TableError, match_headers, neutralise, read_table, restored

LISTED = (
    "企业名称,简称,证券代码,一级行业,二级行业,上市日期\r\n"
    "福安药业(集团)股份有限公司,福安药业,300194,医药生物,化学制药,2011-03-22\r\n"
    "苏州中来光伏新材股份有限公司,中来股份,300393,电力设备,光伏设备,2014-09-12\r\n"
)
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCTYPES = [
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
    "<!DOCTYPE x>",
]


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    return list(read_table(content).rows)


def refusal(content: bytes) -> tuple[str, int | None]:
    with pytest.raises(TableError) as caught:
        rows_of(content)
    assert caught.value.message_en
    return caught.value.code, caught.value.line


def a_workbook(*rows: tuple[Any, ...]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    return saved(book)


def saved(book: Workbook) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def with_part(workbook: bytes, name: str, part: bytes | Callable[[bytes], bytes]) -> bytes:
    """Return the workbook with one part added or replaced."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as old, zipfile.ZipFile(target, "w") as new:
        parts = {entry: old.read(entry) for entry in old.namelist()}
        parts[name] = part if isinstance(part, bytes) else part(parts[name])
        for entry, content in parts.items():
            new.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def a_sheet(rows: str) -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def a_bomb(size: int) -> bytes:
    return with_part(a_workbook(("a",)), "xl/media/image1.bin", b"\0" * size)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_text_in_every_encoding(encoding: str, delimiter: str, end: str) -> None:
    text = LISTED.replace(",", delimiter).replace("\r\n", end)
    table = read_table(text.encode(encoding))
    assert table.header == [
        "企业名称",
        "简称",
        "证券代码",
        "一级行业",
        "二级行业",
        "上市日期",
    ]
    rows = list(table.rows)
    assert [line for line, _ in rows] == [2, 3]
    assert rows[0][1][:3] == ["福安药业(集团)股份有限公司", "福安药业", "300194"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [LISTED, "name,city\r\nWALMART,Bentonville\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_utf16_with_and_without_mark(encoding: str, text: str, mark: str) -> None:
    assert rows_of((mark + text).encode(encoding)) == rows_of(text.encode())


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=3),
        min_size=1,
    )
)
def test_quoted_cells_come_back_unchanged(cells: list[list[str]]) -> None:
    rows = [[f"x{cell}" for cell in row[:3]] for row in cells]
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    content = "\n".join(["a,b,c", *quoted]).encode()
    assert [row for _, row in rows_of(content)] == rows


def test_a_row_is_numbered_by_the_line_on_which_it_starts() -> None:
    content = b'\n\nname,note\n"A","one\ntwo\r\nthree"\n\n , \nB,x\n'
    assert rows_of(content) == [(4, ["A", "one\ntwo\r\nthree"]), (9, ["B", "x"])]


def test_the_delimiter_is_sought_outside_quotes() -> None:
    table = read_table(b'"a,b,c";"d\n,,,"\n1;2\n')
    assert table.header == ["a,b,c", "d\n,,,"]
    assert list(table.rows) == [(3, ["1", "2"])]


def test_short_rows_are_filled_and_blank_ends_dropped() -> None:
    assert rows_of(b"a,b,c,,\n1\n1,2,3,,,\n") == [
        (2, ["1", "", ""]),
        (3, ["1", "2", "3"]),
    ]


def test_a_longer_row_is_refused_with_its_line() -> None:
    assert refusal(b"name,city\nA,x\nFoo, Inc,y\n") == ("table_malformed", 3)


@pytest.mark.parametrize("content", [b"", b"\n\n", b" , ,\n", b"\xef\xbb\xbf", a_workbook()])
def test_nothing_in_it(content: bytes) -> None:
    assert refusal(content)[0] == "table_empty"


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"a,b\n1,x\0y\n", "table_malformed", 2),
        (b"a,b\n1,\0", "table_malformed", 2),
        (b'a,b\n1,2\n3,"open\n4,5\n', "table_malformed", 3),
        (b'a,b\n"x"y,2\n', "table_malformed", 2),
        (b"a\n" + b"x" * 32_768, "table_too_large", 2),
        (b'a\n"' + b"x" * 200_000 + b'"', "table_too_large", 2),
        (b"," * 200 + b"a\n", "table_too_large", 1),
        (b"a\n" + b"," * 6_600_000, "table_too_large", None),
        (b"a\n" + b"1\n" * 200_001, "table_too_large", 200_002),
        (b"a\n" + b"1" * 20_000_000, "table_too_large", None),
        (b"caf\xe9,\xff\xff\n", "table_encoding", None),
        (b"\xef\xbb\xbfa\n\xff", "table_encoding", None),
        (b"\xff\xfea\0\n", "table_encoding", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "table_not_supported", None),
        (b"%PDF-1.7\n", "table_not_supported", None),
        (b"<html><table>", "table_not_supported", None),
    ],
)
def test_refused_text(content: bytes, code: str, line: int | None) -> None:
    assert refusal(content) == (code, line)


def test_the_largest_cell_and_the_widest_row_are_read() -> None:
    content = ",".join(f"c{n}" for n in range(200)) + "\n" + "x" * 32_767
    assert rows_of(content.encode())[0][1][0] == "x" * 32_767


def test_the_message_names_the_file() -> None:
    with pytest.raises(TableError, match=r"报表\.xls is neither"):
        read_table(b"\xd0\xcf\x11\xe0", filename="报表.xls")


def test_a_workbook_prints_values_as_typed() -> None:
    content = a_workbook(
        ("年份", "金额", "日期", "时间", "是否", "备注"),
        (
            2020.0,
            0.1 + 0.2,
            date(2019, 1, 31),
            datetime.fromisoformat("2019-01-31T08:30:00"),
            True,
            None,
        ),
        (None,),
        (1e15, -5, None, None, False, "=SUM(A1)"),
    )
    table = read_table(content, filename="名单.csv")
    assert table.header == ["年份", "金额", "日期", "时间", "是否", "备注"]
    assert list(table.rows) == [
        (2, ["2020", "0.3", "2019-01-31", "2019-01-31T08:30:00", "TRUE", ""]),
        (4, ["1000000000000000", "-5", "", "", "FALSE", ""]),
    ]


def test_the_first_visible_sheet_is_read() -> None:
    book = Workbook()
    book.worksheets[0].append(("hidden",))
    book.worksheets[0].sheet_state = "hidden"
    book.create_sheet().append(("shown",))
    assert read_table(saved(book)).header == ["shown"]


def test_a_wrong_dimension_does_not_hide_rows() -> None:
    content = a_workbook(("a", "b"), (1, 2))
    lie = with_part(content, SHEET, lambda part: part.replace(b'ref="A1:B2"', b'ref="A1"'))
    assert lie != content
    assert rows_of(lie) == [(2, ["1", "2"])]


@pytest.mark.parametrize("name", [SHEET, "xl/styles.xml", "docProps/core.xml", "xl/other.bin"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("doctype", DOCTYPES)
def test_a_document_type_is_refused_in_any_part(name: str, encoding: str, doctype: str) -> None:
    hostile = f"<?xml version='1.0' encoding='{encoding}'?>{doctype}<x/>".encode(encoding)
    assert refusal(with_part(a_workbook(("a",)), name, hostile)) == (
        "table_unsafe",
        None,
    )


def many_entries() -> bytes:
    target = BytesIO(a_workbook(("a",)))
    with zipfile.ZipFile(target, "a") as archive:
        for number in range(1_001):
            archive.writestr(f"xl/{number}", b"")
    return target.getvalue()


def unusual_compression() -> bytes:
    target = BytesIO(a_workbook(("a",)))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/extra.xml", b"<x/>")
    return target.getvalue()


def too_much_unpacked() -> bytes:
    target = BytesIO()
    block = bytes(range(256)) * 4 + b"\0" * 20_000
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", block * 5_000)
    return target.getvalue()


@pytest.mark.long
@pytest.mark.parametrize(
    "build",
    [
        many_entries,
        unusual_compression,
        too_much_unpacked,
        lambda: a_bomb(10_000_000),
        lambda: with_part(a_workbook(("a",)), SHEET, a_sheet(f"<row>{varied(400_000)}</row>")),
        lambda: with_part(a_workbook(("a",)), "xl/styles.xml", varied(400_000).encode()),
        lambda: with_part(a_workbook(("a",)), SHEET, a_sheet("<row>" * 99)),
    ],
)
def test_bombs_are_refused(build: Callable[[], bytes]) -> None:
    assert refusal(build()) == ("table_unsafe", None)


def varied(count: int) -> str:
    """Return an element with `count` children, varied enough to compress like honest data."""
    return "<x>" + "".join(f"<c><!--{n * 7919 % 999_983}--></c>" for n in range(count)) + "</x>"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (
            '<row r="1"><c><v>1</v></c></row><row r="99999999999"><c><v>1</v></c></row>',
            "too_large",
        ),
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="GR2"><v>1</v></c></row>',
            "malformed",
        ),
        ('<row r="1"><c r="GS1"><v>1</v></c></row>', "too_large"),
        ('<row r="1"><c r="??"><v>1</v></c></row>', "malformed"),
        ('<row r="x"><c><v>1</v></c></row>', "malformed"),
        ('<row r="1"><c t="s"><v>99</v></c></row>', "malformed"),
        ('<row r="1"><c><v>1</v>', "malformed"),
    ],
)
def test_impossible_sheets_are_refused(rows: str, code: str) -> None:
    content = with_part(a_workbook(("a",)), SHEET, a_sheet(rows))
    assert refusal(content)[0] == f"table_{code}"


def test_a_cell_beyond_the_columns_read_is_ignored() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="ZZZ1"><v>2</v></c></row>'
    assert read_table(with_part(a_workbook(("a",)), SHEET, a_sheet(rows))).header == ["1"]


def test_other_archives_are_not_supported() -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("content.xml", "<x/>")
    assert refusal(target.getvalue()) == ("table_not_supported", None)


def outcome(content: bytes) -> str:
    """Return how reading ends; anything but a table or a TableError fails the test."""
    try:
        table = read_table(content)
        return "table_" if all(len(row) == len(table.header) for _, row in table.rows) else "ragged"
    except TableError as error:
        return error.code


@given(st.integers(2, 10_000), st.binary(min_size=1, max_size=8))
def test_damaged_workbooks_end_in_a_table_error_or_a_table(place: int, damage: bytes) -> None:
    content = a_workbook(("a", "b"), (1, "x"), (date(2020, 1, 1), 2.5))
    place %= len(content)
    damaged = content[:place] + damage + content[place + len(damage) :]
    assert outcome(damaged).startswith("table_")


@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_table_error_or_a_table(content: bytes) -> None:
    assert outcome(content).startswith("table_")


def test_headers_match_whatever_the_spelling() -> None:
    header = [
        "企业 名称",
        "营业收入（百万美元）",
        "Company_Name EN",
        "",
        "ＣＩＴＹ",
        "other",
    ]
    synonyms = {
        "name": ["公司名称", "企业名称"],
        "name_en": ["company name en"],
        "revenue": ["营业收入"],
        "city": [],
        "rank": ["排名"],
    }
    assert match_headers(header, synonyms) == {
        "name": 0,
        "name_en": 2,
        "revenue": 1,
        "city": 4,
    }


@pytest.mark.parametrize(
    ("header", "synonyms"),
    [
        (["名称", "企业名称"], {"name": ["名称", "企业名称"]}),
        (["注册资本(万元)", "注册资本(币种)"], {"capital": ["注册资本"]}),
        (["city", "City"], {"city": []}),
        (["name"], {"company": ["name"], "person": ["name"]}),
    ],
)
def test_ambiguous_headers_are_refused(header: list[str], synonyms: dict[str, list[str]]) -> None:
    with pytest.raises(TableError) as caught:
        match_headers(header, synonyms)
    assert caught.value.code == "table_header_ambiguous"


@pytest.mark.parametrize(
    "text",
    [
        '=IMPORTXML("http://example.com")', "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1",
        "＝1+1", "＋cmd", "－cmd", "＠SUM", "-", "-%", "+86 138 0000 0000", "-5%x", "-5\n",
    ],
)  # fmt: skip
def test_formulas_are_neutralised(text: str) -> None:
    assert neutralise(text) == "'" + text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-5%",
        "+3.2",
        "-1,108.75",
        "-.5",
        "5",
        "a=b",
        "昆明高新区",
        "'昆明",
        "'-5%",
        "2020-01-01",
    ],
)
def test_other_text_is_exported_unchanged(text: str) -> None:
    assert neutralise(text) == text


@given(st.text(st.sampled_from("'=+-@\t5%＝a昆"), max_size=6))
def test_what_was_neutralised_is_restored(text: str) -> None:
    assert restored(neutralise(text)) == text


@pytest.mark.parametrize("cell", ["'5", "'-5%", "'昆明", "5", ""])
def test_an_apostrophe_of_its_own_stays(cell: str) -> None:
    assert restored(cell) == cell
