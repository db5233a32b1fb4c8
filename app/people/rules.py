"""Names, phones and school numbers: how they are written down, and what is wrong with one. Pure.

Nothing here reads the clock, the database or a request. Certificates stand in `certificates.py`. Problems are codes;
the edges turn them into sentences. Sources: spec/domain.md §1.5 and §10; pinyin by pypinyin.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

NAME_LENGTH = 60
MIDDLE_DOT = "·"
MASKED_ADDRESS = 6
"""How many characters of an address lists show."""


class NameProblem(StrEnum):
    """What can be wrong with a person's name."""

    MISSING = "name_missing"
    SHORT = "name_short"
    LONG = "name_long"
    CHARACTER = "name_character"
    PRIVATE_CHARACTER = "name_private_character"
    SEPARATOR = "name_separator"


class PhoneProblem(StrEnum):
    """What can be wrong with a telephone number."""

    MISSING = "phone_missing"
    FORMAT = "phone_format"


_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?")
_STUDENT_NUMBER = re.compile(r"[A-Za-z0-9-]{4,20}")
_COUNTRY_PREFIX = re.compile(r"(?:\+|00)?86(?=1[3-9][0-9]{9}$)")

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DOTS = dict.fromkeys((0x2022, 0x2027, 0x22C5, 0x2219, 0x25CF, 0x30FB, 0xFF65), MIDDLE_DOT)
_DASHES = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212), "-")
_APOSTROPHES = dict.fromkeys((0x2018, 0x2019), "'")
_HAN = r"\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_SPACE_BESIDE_HAN = re.compile(rf"(?<=[{_HAN}·]) | (?=[{_HAN}·])")
_STOP_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])\.(?=[{_HAN}])")
_ALL_HAN = re.compile(rf"[{_HAN}]+")
_SEPARATORS = re.compile(r"^[·\-' .]|[·\-' ]$|[·\-'.]{2}")
_SEPARATING = frozenset("·-' .")
_SHORTEST_NAME = 2
_PLAIN = re.compile(r"[\u4e00-\u9fff]{2,60}")
"""A name as nearly all are: common Chinese characters, which no normalisation changes."""
_OTHERWISE = _DOTS | _DASHES | _APOSTROPHES

SURNAME_READINGS: dict[str, tuple[str, ...]] = {
    "万俟": ("mo", "qi"),
    "尉迟": ("yu", "chi"),
    "澹台": ("tan", "tai"),
    "单于": ("chan", "yu"),
    "长孙": ("zhang", "sun"),
    **{
        surname: (reading,)
        for surname, reading in re.findall(
            "(.)([a-z]+)",
            "仇qiu 单shan 解xie 查zha 曾zeng 区ou 朴piao 盖ge 覃qin 缪miao 乐yue 翟zhai 员yun 繁po 洗xian 折she 句gou"
            " 秘bi 能nai 祭zhai 召shao 种chong 黑he 薄bo 阚kan 都du 佴nai 么yao 藏zang",
        )
    },
}
"""How characters are read as a surname, where pypinyin (0.55) reads them otherwise by themselves; no tones."""


def normalise_name(raw: str) -> str:
    """Write a typed name the one way it is stored.

    Trimmed and composed (NFC), half-width, one kind of middle dot (阿依古丽·买买提), no space beside a Chinese
    character (forms pad 王　伟), one space between Latin words. Rare characters (䶮, 㛃, 𬭩) stay as they are.
    """
    if _PLAIN.fullmatch(raw):
        return raw
    text = unicodedata.normalize("NFC", raw).translate(_HALF_WIDTH).translate(_OTHERWISE)
    text = _SPACE_BESIDE_HAN.sub("", " ".join(text.split()))
    return unicodedata.normalize("NFC", _STOP_BETWEEN_HAN.sub(MIDDLE_DOT, text))


def check_name(name: str) -> NameProblem | None:
    """Say what is wrong with a normalised name, or None when nothing is.

    Refused: digits, control and private-use characters (old systems keep rare characters there; the real one must be
    typed), a dot or hyphen at an end or doubled, under 2 or over 60 characters.
    """
    return None if _PLAIN.fullmatch(name) else _problem_of(name)


def _problem_of(name: str) -> NameProblem | None:
    if not name:
        return NameProblem.MISSING
    if any(unicodedata.category(c) == "Co" for c in name):
        return NameProblem.PRIVATE_CHARACTER
    if not all(c in _SEPARATING or _is_letter(c) for c in name):
        return NameProblem.CHARACTER
    if _SEPARATORS.search(name):
        return NameProblem.SEPARATOR
    if len(name) < _SHORTEST_NAME:
        return NameProblem.SHORT
    return NameProblem.LONG if len(name) > NAME_LENGTH else None


def _is_letter(character: str) -> bool:
    # By range as well: this Python's Unicode tables are older than the newest Chinese characters of planes 2 and 3.
    return unicodedata.category(character)[0] in "LM" or bool(_ALL_HAN.fullmatch(character))


def pinyin(name: str) -> str:
    """Write a name in pinyin without tones, syllables apart, in lower case: 欧阳娜 is `ou yang na`, ü is v.

    For sorting and for finding only. Surnames of several readings are read as surnames (单 shan, 曾 zeng,
    尉迟 yu chi); a given name of several readings may be read wrongly, which no program can know.
    """
    return " ".join(_syllables(name))


def initials(name: str) -> str:
    """Give the first letters of a name's pinyin: 欧阳娜 is `oyn`."""
    return initials_of(pinyin(name))


def initials_of(spoken: str) -> str:
    """The first letters of pinyin that is known already: `ou yang na` is `oyn`."""
    return "".join(syllable[0] for syllable in spoken.split())


def _syllables(name: str) -> list[str]:
    head: tuple[str, ...] = ()
    if _ALL_HAN.fullmatch(name):
        head = SURNAME_READINGS.get(name[:2]) or SURNAME_READINGS.get(name[:1], ())
    rest = _read(name[len(head) :])
    return [*head, *rest]


def _read(text: str) -> tuple[str, ...]:
    if not _PLAIN.fullmatch(text):
        return _spoken("".join(" " if c in _SEPARATING else c for c in text))
    # Names hardly ever come twice, the words in them do: most are a single character.
    from pypinyin.seg import mmseg  # noqa: PLC0415  loaded with the dictionaries

    return tuple(syllable for word in mmseg.seg.cut(text) for syllable in _spoken(word))


@lru_cache(maxsize=16384)
def _spoken(text: str) -> tuple[str, ...]:
    # Its dictionaries take a third of a second to load, and most processes need none.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    return tuple(" ".join(lazy_pinyin(text)).lower().split())


def normalise_phone(raw: str) -> str:
    """Write a typed phone number the one way it is stored: half-width, no spaces; a mobile without 86 and hyphens."""
    if _MOBILE.fullmatch(raw):
        return raw
    phone = "".join(raw.translate(_HALF_WIDTH).translate(_DASHES).split())
    mobile = _COUNTRY_PREFIX.sub("", phone.replace("-", ""))
    return mobile if _MOBILE.fullmatch(mobile) else phone


def is_mobile(phone: str) -> bool:
    """Whether a normalised number is a mobile number of mainland China."""
    return bool(_MOBILE.fullmatch(phone))


def is_landline(phone: str) -> bool:
    """Whether a normalised number is a landline with area code, perhaps with an extension."""
    return bool(_LANDLINE.fullmatch(phone))


def check_phone(phone: str) -> PhoneProblem | None:
    """Say what is wrong with a normalised phone number, mobile or landline, or None when nothing is."""
    if not phone:
        return PhoneProblem.MISSING
    return None if is_mobile(phone) or is_landline(phone) else PhoneProblem.FORMAT


def mask_phone(phone: str) -> str:
    """Hide a phone number for lists: 13800000001 becomes 138****0001; of a landline three and two digits stay."""
    tail = 4 if is_mobile(phone) else 2
    head = 3 if len(phone) > 3 + tail else 0
    if not head:
        return "*" * len(phone)
    return phone[:head] + "*" * (len(phone) - head - tail) + phone[-tail:]


def mask_address(address: str) -> str:
    """Hide an address but for its beginning: 江西省南昌市东湖区八一大道1号 becomes 江西省南昌市******."""
    return address[:MASKED_ADDRESS] + "*" * MASKED_ADDRESS if len(address) > MASKED_ADDRESS else "*" * len(address)


def is_student_number(text: str) -> bool:
    """Whether a text can be a student number 学号: 4 to 20 letters, digits or hyphens, as the school decides."""
    return bool(_STUDENT_NUMBER.fullmatch(text))
