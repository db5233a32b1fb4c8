"""Invented names with the weights of real ones: surnames by frequency, given names as pupils of these years bear them.

Source: spec/domain.md §10. Pure: the caller brings the random numbers.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from app.people.certificates import Sex

if TYPE_CHECKING:
    from random import Random

_COMMON = (
    "王7.2 李7.0 张6.7 刘5.2 陈4.7 杨3.0 黄2.2 赵2.1 吴2.0 周1.9 徐1.6 孙1.5 马1.3 朱1.3 胡1.2 郭1.2 何1.1 林1.1 高1.0"
    " 罗1.0 郑0.9 梁0.9 谢0.8 宋0.8 唐0.7 许0.7 韩0.7 邓0.7 冯0.7 曹0.7 欧阳0.08 上官0.02 诸葛0.02 司马0.02 尉迟0.01"
)
_OTHERS = (
    "彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金"
    "韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛郝顾龚邵万覃单"
)
_OTHER_WEIGHT = 0.55
_GIVEN = {
    Sex.MALE: "浩宇 浩然 宇轩 子轩 奕辰 宇航 梓豪 子墨 宇辰 俊熙 沐宸 沐辰",
    Sex.FEMALE: "欣怡 梓涵 一诺 依诺 雨桐 诗涵 语桐 若汐 艺涵 可馨 雨欣 梦瑶",
}
_CHARACTERS = {
    Sex.MALE: "浩宇子轩辰航俊熙博文嘉豪明哲天佑思远志强家睿泽铭晨阳一帆昊然鑫磊凯杰",
    Sex.FEMALE: "欣怡梓涵诗雨桐语若汐艺可馨佳琪思婷梦瑶雅静心悦慧敏晓雪嘉宁芷萱紫玥",
}
_FOREIGN = (
    ("Daniel Kim", "Ahmed Hassan", "Ivan Petrov", "John A. Smith", "Minh Nguyen"),
    ("Maria Santos", "Anna-Lena Weber", "Siti Rahma", "Olga Ivanova", "Grace O'Brien"),
)
LISTED_SHARE = 0.3
SINGLE_SHARE = 0.17

_weighted: dict[str, float] = {
    **{name: float(weight) for name, weight in re.findall(r"(\D+?)([\d.]+) ?", _COMMON)},
    **dict.fromkeys(_OTHERS, _OTHER_WEIGHT),
}
_surnames = list(_weighted)
_cumulated = list(accumulate(_weighted.values()))


def surname(chance: Random) -> str:
    """Draw a surname by its frequency in the country."""
    return chance.choices(_surnames, cum_weights=_cumulated)[0]


def given_name(chance: Random, sex: Sex) -> str:
    """Draw a given name: about five in six have two characters, a third of those are the fashionable ones."""
    draw = chance.random()
    characters = _CHARACTERS[sex]
    if draw < SINGLE_SHARE:
        return chance.choice(characters)
    if draw < SINGLE_SHARE + LISTED_SHARE:
        return chance.choice(_GIVEN[sex].split())
    return chance.choice(characters) + chance.choice(characters)


def full_name(chance: Random, sex: Sex) -> str:
    """Draw a Chinese name."""
    return surname(chance) + given_name(chance, sex)


def foreign_name(chance: Random, sex: Sex) -> str:
    """Draw the name of somebody with a foreign passport, as the passport writes it."""
    return chance.choice(_FOREIGN[0 if sex is Sex.MALE else 1])
