"""Evidence is taken by its contents; what a camera or a stranger added to a picture is not kept."""

from __future__ import annotations

import pytest

from app.evidence.pictures import MOST_PIXELS
from app.evidence.rules import LARGEST, Fit, Sent, Unfit, judged
from tests.evidence.samples import HEIC, PDF, chunk, exif, jpeg, png, segment

SCRIPT = b"<script>alert(1)</script><?php system($_GET['c']); ?>"


def fit(data: bytes, name: str = "照片.jpg") -> Fit:
    """The file as it would be kept."""
    return judged(Sent(name, data))


def refusal(data: bytes) -> str:
    """Why a file is not taken."""
    with pytest.raises(Unfit) as unfit:
        fit(data)
    return unfit.value.code


@pytest.mark.parametrize(
    ("data", "media_type"), [(jpeg(), "image/jpeg"), (png(), "image/png"), (PDF, "application/pdf")]
)
def test_the_kind_follows_from_the_contents_whatever_the_name_says(data: bytes, media_type: str) -> None:
    assert fit(data, "成绩.exe").media_type == media_type


def test_a_clean_file_is_kept_as_it_is() -> None:
    assert fit(png()).data == png()
    assert fit(jpeg()).data == jpeg()
    assert fit(PDF).data == PDF


@pytest.mark.parametrize(
    "data",
    [
        jpeg(segment(0xE1, b"Exif\x00\x00" + SCRIPT)),
        jpeg(segment(0xFE, SCRIPT)),
        jpeg(segment(0xED, SCRIPT)),
        jpeg(segment(0xEE, b"Adobe" + SCRIPT)),
        jpeg(after=SCRIPT),
        png(chunk(b"tEXt", b"Comment\x00" + SCRIPT)),
        png(chunk(b"eXIf", SCRIPT)),
        png(after=SCRIPT),
    ],
)
def test_what_hides_in_a_picture_is_not_kept(data: bytes) -> None:
    assert SCRIPT[:8] in data
    assert fit(data).data in {jpeg(), png()}


@pytest.mark.parametrize("order", ["II", "MM"])
def test_of_a_cameras_notes_only_the_direction_is_kept(order: str) -> None:
    kept = fit(jpeg(exif(6, order=order, more=b"GPS 28.68N 115.89E"))).data
    assert b"GPS" not in kept
    assert kept == jpeg(exif_of_ours(6))


def exif_of_ours(turned: int) -> bytes:
    """The notes we write: nothing but the direction."""
    return exif(turned, order="MM")


@pytest.mark.parametrize("turned", [0, 1, 9, 255])
def test_an_upright_picture_needs_no_notes(turned: int) -> None:
    assert fit(jpeg(exif(turned))).data == jpeg()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "evidence_empty"),
        (b"\xff\xd8\xff" + bytes(LARGEST), "evidence_large"),
        (HEIC, "evidence_apple"),
        (b"GIF89a/*" + SCRIPT, "evidence_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>", "evidence_kind"),
        (SCRIPT + PDF, "evidence_kind"),
        (b"PK\x03\x04" + bytes(100), "evidence_kind"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "evidence_kind"),
        (jpeg()[:-6], "evidence_damaged"),
        (jpeg()[:30], "evidence_damaged"),
        (b"\xff\xd8\xff\xd9", "evidence_damaged"),
        (png()[:-8], "evidence_damaged"),
        (png().replace(b"IDAT\x78", b"IDAT\x79"), "evidence_damaged"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "evidence_damaged"),
        (PDF[:-8], "evidence_damaged"),
        (jpeg(width=50000, height=50000), "evidence_pixels"),
        (png(width=50000, height=50000), "evidence_pixels"),
        (png(width=0), "evidence_damaged"),
        (PDF.replace(b"/Root", b"/Encrypt 2 0 R /Root"), "evidence_locked"),
        (PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript >>"), "evidence_active"),
    ],
)
def test_a_file_that_proves_nothing_is_refused_with_the_reason(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_a_picture_may_have_forty_million_pixels() -> None:
    assert fit(jpeg(width=8000, height=MOST_PIXELS // 8000)).media_type == "image/jpeg"
    assert refusal(jpeg(width=8000, height=MOST_PIXELS // 8000 + 1)) == "evidence_pixels"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/证明.jpg", "证明.jpg"),
        ("C:\\Users\\王伟\\证明.jpg", "证明.jpg"),
        ("证明\u202egpj.exe", "证明gpj.exe"),
        ("360102201309010011.jpg", "….jpg"),
        ("36010220130901001X 王伟.jpg", "… 王伟.jpg"),
        ("IMG_20261122_101112.jpg", "IMG_20261122_101112.jpg"),
        ("\x00", "?"),
        ("长" * 300, "长" * 80),
    ],
)
def test_a_name_is_shown_without_what_must_not_be_shown(name: str, shown: str) -> None:
    assert fit(png(), name).name == shown
