"""The words for certificates, ethnic groups and sexes, in both languages. An extra file: every screen shows them."""

from __future__ import annotations

from app.people.countries import COUNTRIES
from app.web.language import lazy as _l
from app.web.language import territory

OVERSEAS_STATUSES = {
    "00": _l("No"),
    "01": _l("Compatriot of Hong Kong"),
    "02": _l("Relative of a compatriot of Hong Kong"),
    "03": _l("Compatriot of Macao"),
    "04": _l("Relative of a compatriot of Macao"),
    "05": _l("Compatriot of Taiwan"),
    "06": _l("Relative of a compatriot of Taiwan"),
    "11": _l("Chinese citizen living abroad"),
    "12": _l("Relative of a Chinese citizen living abroad"),
    "13": _l("Returned from living abroad"),
    "14": _l("Child of somebody returned from living abroad"),
    "21": _l("Returned from study abroad"),
    "31": _l("Chinese citizen not of Chinese descent"),
    "41": _l("Foreign citizen of Chinese descent"),
    "51": _l("Foreigner"),
    "99": _l("Other"),
}
"""港澳台侨外 (spec/domain.md §1.4)."""
HOUSEHOLD_TYPES = {"1": _l("Agricultural household"), "2": _l("Non-agricultural household")}
POLITICAL_STATUSES = {
    "01": _l("Member of the Communist Party"),
    "02": _l("Probationary member of the Communist Party"),
    "03": _l("Member of the Youth League"),
    "13": _l("No party"),
}
HEALTH = {
    "10": _l("Healthy"),
    "20": _l("Fair or weak"),
    "30": _l("Chronic illness"),
    "40": _l("Physiological defect"),
    "50": _l("Disabled"),
}
SEXES = {"0": _l("Unknown"), "1": _l("Male"), "2": _l("Female"), "9": _l("Not stated")}
CERTIFICATES = {
    "resident_id": _l("Resident ID card"),
    "household_register": _l("Household register"),
    "hk_macao_permit": _l("Home-return permit (Hong Kong, Macao)"),
    "taiwan_permit": _l("Mainland travel permit (Taiwan)"),
    "hkmt_residence": _l("Residence permit (Hong Kong, Macao, Taiwan)"),
    "foreign_pr_2017": _l("Foreigner's permanent residence card (old)"),
    "foreign_pr_2023": _l("Foreigner's permanent residence card (since December 2023)"),
    "passport": _l("Passport"),
    "birth_certificate": _l("Birth certificate"),
    "other": _l("Other certificate"),
}
SHAPES = {
    "resident_id": _l("18 characters, the last may be X."),
    "household_register": _l("The ID number in the household register: 18 characters, the last may be X."),
    "hk_macao_permit": _l("H or M and 8 digits, or 10 digits on an old card."),
    "taiwan_permit": _l("8 digits, or 10 digits and perhaps a letter on an old permit."),
    "hkmt_residence": _l("18 characters, beginning with 81, 82 or 83."),
    "foreign_pr_2017": _l("3 letters and 12 digits."),
    "foreign_pr_2023": _l("18 characters, beginning with 9."),
    "passport": _l("5 to 15 letters and digits."),
    "birth_certificate": _l("A letter and 9 digits."),
    "other": _l("May stay empty; the student then needs a signed and sealed proof of attendance."),
}
"""How a number of each kind is written; stands below the field."""
ETHNIC_GROUPS = {
    "01": _l("Han"),
    "02": _l("Mongol"),
    "03": _l("Hui"),
    "04": _l("Tibetan"),
    "05": _l("Uyghur"),
    "06": _l("Miao"),
    "07": _l("Yi"),
    "08": _l("Zhuang"),
    "09": _l("Bouyei"),
    "10": _l("Korean"),
    "11": _l("Manchu"),
    "12": _l("Dong"),
    "13": _l("Yao"),
    "14": _l("Bai"),
    "15": _l("Tujia"),
    "16": _l("Hani"),
    "17": _l("Kazakh"),
    "18": _l("Dai"),
    "19": _l("Li"),
    "20": _l("Lisu"),
    "21": _l("Wa"),
    "22": _l("She"),
    "23": _l("Gaoshan"),
    "24": _l("Lahu"),
    "25": _l("Sui"),
    "26": _l("Dongxiang"),
    "27": _l("Naxi"),
    "28": _l("Jingpo"),
    "29": _l("Kyrgyz"),
    "30": _l("Tu"),
    "31": _l("Daur"),
    "32": _l("Mulao"),
    "33": _l("Qiang"),
    "34": _l("Blang"),
    "35": _l("Salar"),
    "36": _l("Maonan"),
    "37": _l("Gelao"),
    "38": _l("Xibe"),
    "39": _l("Achang"),
    "40": _l("Pumi"),
    "41": _l("Tajik"),
    "42": _l("Nu"),
    "43": _l("Uzbek"),
    "44": _l("Russian"),
    "45": _l("Ewenki"),
    "46": _l("De'ang"),
    "47": _l("Bonan"),
    "48": _l("Yugur"),
    "49": _l("Gin"),
    "50": _l("Tatar"),
    "51": _l("Derung"),
    "52": _l("Oroqen"),
    "53": _l("Hezhen"),
    "54": _l("Monba"),
    "55": _l("Lhoba"),
    "56": _l("Jino"),
    "97": _l("Other ethnic group"),
    "98": _l("Chinese citizen of foreign descent"),
}
"""GB/T 3304 in the order of its numbers."""


OWN_COUNTRY_NAMES = {
    "TWN": _l("Taiwan, China"),
    "HKG": _l("Hong Kong, China"),
    "MAC": _l("Macao, China"),
}
"""Regions GB/T 2659 names otherwise than the language library."""


def country_name(code: str) -> str:
    """The name of a country or region by its three letters, in the visitor's language; the code where unknown."""
    if code in OWN_COUNTRY_NAMES:
        return str(OWN_COUNTRY_NAMES[code])
    return territory(COUNTRIES.get(code, "")) or code


def countries_like(text: str, limit: int = 20) -> list[tuple[str, str]]:
    """Codes and names of countries that begin with a code or hold a part of a name, China first, then by code."""
    wanted = text.strip().casefold()
    named = [(code, country_name(code)) for code in sorted(COUNTRIES, key=lambda code: (code != "CHN", code))]
    return [pair for pair in named if pair[0].casefold().startswith(wanted) or wanted in pair[1].casefold()][:limit]


def country_meant(text: str) -> str:
    """The code of what was typed: the code itself, or a name exactly; else the text as it is, for judging."""
    typed = text.strip()
    return next((code for code, name in countries_like(typed, len(COUNTRIES)) if name == typed), typed)
