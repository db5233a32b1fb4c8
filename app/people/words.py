"""What people write in a cell for a code: 男, 汉, 身份证. Pure.

An extra file beside `labels.py`, which writes codes for the screen in two languages: here is what files of schools
hold, whatever the language of the screen. Sources: spec/domain.md §1.2 and §1.4.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

_ETHNIC_NAMES = """
    汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水
    东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克
    俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺
"""
ETHNIC_NAMES = tuple(_ETHNIC_NAMES.split())
"""GB/T 3304 in the order of its numbers, 01 to 56."""
SEX_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("男", "男性", "男生", "m", "male", "1"), "1"),
    **dict.fromkeys(("女", "女性", "女生", "f", "female", "2"), "2"),
    **dict.fromkeys(("未说明", "未说明的性别", "9"), "9"),
}
ETHNIC_WORDS: Mapping[str, str] = {
    **{
        word: f"{number:02}"
        for number, name in enumerate(ETHNIC_NAMES, 1)
        for word in (name, f"{name}族", f"{number:02}", str(number))
    },
    **dict.fromkeys(("毛难", "毛难族"), "36"),
    **dict.fromkeys(("其他", "其它", "97"), "97"),
    **dict.fromkeys(("外国血统中国籍人士", "外国血统", "98"), "98"),
}
CERTIFICATE_NAMES: Mapping[str, str] = {
    "resident_id": "居民身份证",
    "household_register": "户口簿",
    "hk_macao_permit": "港澳居民来往内地通行证",
    "taiwan_permit": "台湾居民来往大陆通行证",
    "hkmt_residence": "港澳台居民居住证",
    "foreign_pr_2017": "外国人永久居留身份证(旧版)",
    "foreign_pr_2023": "外国人永久居留身份证",
    "passport": "护照",
    "birth_certificate": "出生医学证明",
    "other": "其他",
}
_CERTIFICATES_OTHERWISE = {
    "resident_id": ("身份证", "居民身份证(户口簿)", "二代身份证", "中华人民共和国居民身份证", "01", "1"),
    "household_register": ("户口本", "户口薄", "户口登记簿"),
    "hk_macao_permit": ("回乡证", "港澳通行证", "港澳居民通行证", "港澳来往内地通行证"),
    "taiwan_permit": ("台胞证", "台湾通行证", "台湾居民通行证"),
    "hkmt_residence": ("港澳台居住证", "居住证", "港澳居民居住证", "台湾居民居住证"),
    "foreign_pr_2023": ("外国人永久居留证", "外国人永久居留身份证(新版)", "五星卡"),
    "passport": ("外国护照", "中国护照"),
    "birth_certificate": ("出生证", "出生证明"),
    "other": ("其它", "其他证件"),
}
CERTIFICATE_WORDS: Mapping[str, str] = {
    **{name: code for code, name in CERTIFICATE_NAMES.items()},
    **{code: code for code in CERTIFICATE_NAMES},
    **{word: code for code, words in _CERTIFICATES_OTHERWISE.items() for word in words},
}
RELATION_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("父亲", "爸爸", "父", "父子", "父女", "father"), "father"),
    **dict.fromkeys(("母亲", "妈妈", "母", "母子", "母女", "mother"), "mother"),
    **dict.fromkeys(("祖父", "祖母", "外祖父", "外祖母", "爷爷", "奶奶", "外公", "外婆", "祖父母"), "grandparent"),
    **dict.fromkeys(("其他", "其它", "监护人", "other"), "other"),
}


def code_of(words: Mapping[str, str], text: str) -> str | None:
    """The code a written word stands for, whatever its width, spaces and case; None when it is none of them."""
    return words.get(text) or words.get("".join(unicodedata.normalize("NFKC", text).split()).casefold())
