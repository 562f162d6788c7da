"""Spellings of one name are one, and names of two companies stay two."""

import pytest

from app.models.company_names import normal_name

# Spellings of one name, divided by |, up to a line that does not end in one.
SAME = """
云南白药集团股份有限公司|云南白药集团股份公司|雲南白藥集團股份有限公司|
云南省白药集团股份有限公司|云南白药（集团）股份有限公司|云南白药
贵研铂业股份有限公司|貴研鉑業股份有限公司|贵研铂业 股份 有限公司|贵研铂业有限责任公司|贵研铂业
福安药业(集团)股份有限公司|福安药业（集团）股份有限公司|福安药业【集团】股份有限公司|
福安藥業集團|福安药业〔集团〕股份公司
昆明贵研催化有限责任公司|昆明市贵研催化有限公司|云南省昆明市贵研催化有限责任公司|
云南昆明贵研催化有限公司|昆明　贵研催化有限公司|昆明貴研催化有限公司
华为投资控股有限公司|華為投資控股有限公司|华为投资控股(有限公司)|华为投资控股有限责任公司
TCL科技集团股份有限公司|ＴＣＬ科技集团股份有限公司|tcl科技集团股份有限公司|TCL 科技集团|
TCL科技（集团）有限公司
大理白族自治州药业有限责任公司|大理药业有限责任公司|云南省大理白族自治州药业有限公司|
大理药业公司
中国铜业有限公司昆明分公司|中國銅業有限公司昆明分公司|中国铜业昆明分公司|
中国铜业有限责任公司（昆明）分公司
广西壮族自治区糖业集团有限公司|广西糖业集团有限公司|廣西糖業有限公司
Siemens AG|SIEMENS A.G.|siemens ag|Ｓｉｅｍｅｎｓ　ＡＧ|Siemens
The Coca-Cola Company|Coca Cola Co.|COCA-COLA CO., LTD.|Coca-Cola Company, Inc.
Johnson & Johnson|Johnson and Johnson, Inc.|JOHNSON & JOHNSON CORP.
Robert Bosch GmbH|ROBERT BOSCH G.m.b.H.|Robert-Bosch GmbH & Co. KG
Samsung Electronics Co., Ltd.|SAMSUNG ELECTRONICS CO LTD|Samsung  Electronics Corporation
云天化集团有限责任公司|雲天化集團有限責任公司|云天化（集团）有限责任公司|云天化集团总公司
腾讯·云计算（贵阳）有限公司|腾讯云计算（贵阳）有限公司|騰訊雲計算(貴陽)有限公司|
腾讯云计算贵阳有限责任公司
台湾积体电路制造股份有限公司|台灣積體電路製造股份有限公司|臺灣積體電路製造股份有限公司
鸿海精密工业股份有限公司|鴻海精密工業股份有限公司
比亚迪股份有限公司|比亞迪股份有限公司|比亚迪（股份）有限公司|比亚迪
联想集团有限公司|聯想集團有限公司|联想（集团）有限公司
中国石油化工集团有限公司|中國石油化工集團有限公司|中国石油化工集团公司|中国石油化工（集团）公司
沃尔玛（中国）投资有限公司|沃爾瑪(中國)投資有限公司|沃尔玛(中国)投资有限公司|
沃尔玛〔中国〕投资有限公司|沃尔玛【中国】投资有限公司
深圳市大疆创新科技有限公司|深圳大疆创新科技有限公司|广东省深圳市大疆创新科技有限公司
宁德时代新能源科技股份有限公司|寧德時代新能源科技股份有限公司|宁德时代新能源科技股份公司
昆明云内动力股份有限公司|昆明雲內動力股份有限公司|云南省昆明市云内动力股份有限公司
Toyota Motor Corporation|TOYOTA MOTOR CORP.|Ｔｏｙｏｔａ　Ｍｏｔｏｒ
"""
TWO = [
    ("云南白药集团股份有限公司", "云南白药大药房有限公司"),
    ("云南白药集团股份有限公司", "云南白药控股有限公司"),
    ("中国铜业有限公司昆明分公司", "中国铜业有限公司大理分公司"),
    ("中国铜业有限公司", "中国铜业有限公司昆明分公司"),
    ("北京银行股份有限公司", "上海银行股份有限公司"),
    ("昆明制药有限公司", "云南制药有限公司"),
    ("吉林市建设集团", "长春市建设集团"),
    ("中国移动通信集团云南有限公司", "中国移动通信集团贵州有限公司"),
    ("云南锡业股份有限公司", "云南锗业股份有限公司"),
    ("东方电气有限公司", "东方电机有限公司"),
    ("华为技术有限公司", "华为终端有限公司"),
    ("中铁一局集团有限公司", "中铁二局集团有限公司"),
    ("甲集团财务有限公司", "甲集团有限公司"),
    ("贵研铂业股份有限公司", "贵研催化股份有限公司"),
    ("Siemens AG", "Siemens Energy AG"),
    ("General Motors Company", "General Mills, Inc."),
    ("Samsung Electronics", "Samsung SDI"),
    ("Apple Inc.", "Applied Inc."),
    ("3M Company", "M Company"),
    ("有限公司", "股份公司"),
]
FAMILIES = [line.split("|") for line in SAME.replace("|\n", "|").strip().splitlines()]


def test_there_are_enough() -> None:
    assert sum(len(spellings) - 1 for spellings in FAMILIES) >= 60
    assert len(TWO) >= 20


@pytest.mark.parametrize("spellings", FAMILIES)
def test_spellings_of_one_name(spellings: list[str]) -> None:
    assert {normal_name(text) for text in spellings} == {normal_name(spellings[0])}


@pytest.mark.parametrize(("one", "other"), TWO)
def test_two_names(one: str, other: str) -> None:
    assert normal_name(one) != normal_name(other)


@pytest.mark.parametrize("text", ["有限公司", "Co., Ltd.", "!!!", "集团", "The"])
def test_a_name_of_nothing_but_its_form_is_kept(text: str) -> None:
    assert normal_name(text)


def test_families_are_different() -> None:
    assert len({normal_name(spellings[0]) for spellings in FAMILIES}) == len(FAMILIES)
