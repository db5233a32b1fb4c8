"""The rows that systems get wrong and that demo data therefore always holds (spec/domain.md §10). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.people.certificates import CertificateType, Sex


@dataclass(frozen=True, slots=True)
class Edge:
    """What is wanted of a student; what is left open is drawn as for anybody."""

    name: str | None = None
    sex: Sex | None = None
    ethnicity: str | None = None
    certificate: CertificateType | None = None
    ends_in_x: bool = False
    leap_day: bool = False
    elder_twin: bool = False
    twin_of_last: bool = False
    transferred: bool = False


_ID = CertificateType.RESIDENT_ID
EDGES = (
    Edge(name="阿依古丽·买买提", sex=Sex.FEMALE, ethnicity="05", certificate=_ID),
    Edge(name="李䶮", certificate=_ID),
    Edge(name="王㛃", sex=Sex.FEMALE, certificate=_ID),
    Edge(name="陈𬭩", certificate=_ID),
    Edge(name="张伟", sex=Sex.MALE, certificate=_ID, ends_in_x=True),
    Edge(name="刘若汐", sex=Sex.FEMALE, certificate=_ID, leap_day=True),
    Edge(name="巴哈尔古丽", sex=Sex.FEMALE, ethnicity="05", certificate=_ID),
    Edge(name="黄子轩", sex=Sex.MALE, certificate=_ID, elder_twin=True),
    Edge(name="黄子涵", sex=Sex.FEMALE, certificate=_ID, twin_of_last=True),
    Edge(certificate=CertificateType.HK_MACAO_PERMIT),
    Edge(certificate=CertificateType.HK_MACAO_PERMIT),
    Edge(certificate=CertificateType.TAIWAN_PERMIT),
    Edge(certificate=CertificateType.HKMT_RESIDENCE),
    Edge(certificate=CertificateType.PASSPORT),
    Edge(certificate=CertificateType.OTHER),
    Edge(certificate=CertificateType.HOUSEHOLD_REGISTER),
    Edge(name="尉迟明", sex=Sex.MALE, certificate=_ID),
    Edge(name="孟远航", sex=Sex.MALE, certificate=_ID, transferred=True),
)
"""Given to the first students of the junior school, in this order; the twins follow each other."""
WITH_ACCOUNT = Edge(certificate=_ID)
"""The student whom an account of the demo is for, or whose guardian has one."""
