"""What people write in a cell for the further fields of a person: 农业户口, 共青团员, 健康. Pure.

An extra file beside `words.py`, for the codes of `details.py`. Source: spec/domain.md §1.4. A bare 1 or 2 for the
household is no word: forms disagree which is which.
"""

from __future__ import annotations

from collections.abc import Mapping

OVERSEAS_NAMES: Mapping[str, str] = {
    "00": "否",
    "01": "香港同胞",
    "02": "香港同胞亲属",
    "03": "澳门同胞",
    "04": "澳门同胞亲属",
    "05": "台湾同胞",
    "06": "台湾同胞亲属",
    "11": "华侨",
    "12": "侨眷",
    "13": "归侨",
    "14": "归侨子女",
    "21": "归国留学人员",
    "31": "非华裔中国人",
    "41": "外籍华裔人",
    "51": "外国人",
    "99": "其他",
}
HOUSEHOLD_NAMES: Mapping[str, str] = {"1": "农业户口", "2": "非农业户口"}
POLITICAL_NAMES: Mapping[str, str] = {"01": "中共党员", "02": "中共预备党员", "03": "共青团员", "13": "群众"}
HEALTH_NAMES: Mapping[str, str] = {
    "10": "健康或良好",
    "20": "一般或较弱",
    "30": "有慢性病",
    "40": "有生理缺陷",
    "50": "残疾",
}


def _words(names: Mapping[str, str], otherwise: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    own = {name: code for code, name in names.items()} | {code: code for code in names if len(code) > 1}
    return own | {word: code for code, words in otherwise.items() for word in words}


OVERSEAS_WORDS = _words(
    OVERSEAS_NAMES,
    {
        "00": ("无", "非港澳台侨外", "不是", "非港澳台侨", "大陆", "中国大陆"),
        "01": ("香港", "香港居民", "港"),
        "03": ("澳门", "澳门居民", "澳"),
        "05": ("台湾", "台湾居民", "台", "台胞"),
        "51": ("外籍", "外国籍", "外国"),
        "99": ("其它",),
    },
)
HOUSEHOLD_WORDS = _words(
    HOUSEHOLD_NAMES,
    {
        "1": ("农业", "农业家庭户口", "农业家庭户", "农业户", "农村", "农村户口", "农户", "农业集体户口"),
        "2": (
            *("非农业", "非农", "非农户口", "非农业家庭户口", "非农业家庭户", "非农业户", "城镇", "城镇户口", "城市"),
            *("城市户口", "非农业集体户口"),
        ),
    },
)
POLITICAL_WORDS = _words(
    POLITICAL_NAMES,
    {
        "01": ("党员", "中国共产党党员", "共产党员"),
        "02": ("预备党员", "中国共产党预备党员"),
        "03": ("团员", "中国共产主义青年团团员", "共青团", "共青团团员"),
        "13": ("无", "少先队员", "少先队", "普通公民", "群众(普通居民)"),
    },
)
HEALTH_WORDS = _words(
    HEALTH_NAMES,
    {
        "10": ("健康", "良好", "正常", "健康良好", "好"),
        "20": ("一般", "较弱", "体弱"),
        "30": ("慢性病", "患有慢性病"),
        "40": ("生理缺陷", "有缺陷"),
        "50": ("残", "有残疾"),
    },
)
