"""JPEG and PNG written anew from their parts: the picture stays, everything a camera or a stranger added goes.

Photos of phones carry the place they were taken at, and a file that is a picture and a web page at once carries the
page where pictures carry comments. Both are left out; of the camera's notes only the direction to turn the picture in
is kept. An extra file, pure: it is a page of rules of its own.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND"})
"""The chunks without which a picture looks different; texts, times, places and animations are others."""
MOST_PIXELS = 40_000_000
JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"
IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""The next marker in compressed data, where FF 00 and the restart marks belong to the data."""
SOS, APP1, COMMENT, ADOBE = 0xDA, 0xE1, 0xFE, 0xEE
NOTES = range(0xE0, 0xF0)
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
ADOBE_LENGTH = 14
TURNED = range(2, 9)


class Damaged(ValueError):
    """The file begins like a picture and does not go on like one."""


class TooManyPixels(ValueError):
    """A picture of more than 40 million pixels: opening it would need too much memory."""


def clean_png(data: bytes) -> bytes:
    """A PNG with its picture only; raises `Damaged`, `TooManyPixels`."""
    kept = [PNG_START]
    for n, (name, chunk) in enumerate(_chunks(data)):
        if n == 0:
            if name != b"IHDR" or len(chunk) != 13 + 12:  # size, kind, sum and the 13 bytes of a header
                raise Damaged
            _judge_size(int.from_bytes(chunk[8:12], "big"), int.from_bytes(chunk[12:16], "big"))
        if name in PNG_KEPT:
            kept.append(chunk)
        if name == b"IEND":
            return b"".join(kept)
    raise Damaged


def clean_jpeg(data: bytes) -> bytes:
    """A JPEG with its picture only, and the direction it is to be turned in; raises `Damaged`, `TooManyPixels`."""
    kept, turned, has_frame = [JPEG_START], 0, False
    for marker, segment, scan in _segments(data):
        if marker in FRAMES:
            _judge_size(int.from_bytes(segment[3:5], "big"), int.from_bytes(segment[5:7], "big"))
            has_frame = True
        if marker == APP1:
            turned = turned or _turned(segment)
        if marker == COMMENT or (marker in NOTES and not _is_colour_note(marker, segment)):
            continue
        kept += [bytes((0xFF, marker)), segment, scan]
    if not has_frame:
        raise Damaged
    return b"".join([kept[0], _turning(turned), *kept[1:], JPEG_END])


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG with their names, each whole and with the right sum."""
    at = len(PNG_START)
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data) or zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise Damaged
        yield data[at + 4 : at + 8], data[at:end]
        at = end


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The segments of a JPEG up to its end: marker, contents with their length, and the scan that follows."""
    at = len(JPEG_START)
    while True:
        marker, at = _marker(data, at)
        if marker == JPEG_END[1]:
            return
        if marker in ALONE:
            continue
        end = at + int.from_bytes(data[at : at + 2], "big")
        if end < at + 2 or end > len(data):
            raise Damaged
        after = _end_of_scan(data, end) if marker == SOS else end
        yield marker, data[at:end], data[end:after]
        at = after


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker at a place, and the place behind it; any number of FF may stand before it."""
    if data[at : at + 1] != b"\xff":
        raise Damaged
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data):
        raise Damaged
    return data[at], at + 1


def _end_of_scan(data: bytes, at: int) -> int:
    found = IN_SCAN.search(data, at)
    if found is None:
        raise Damaged
    return found.start()


def _is_colour_note(marker: int, segment: bytes) -> bool:
    """Adobe's note says how colours are meant; it is twelve bytes and nothing else."""
    return marker == ADOBE and len(segment) == ADOBE_LENGTH and segment[2:7] == b"Adobe"


def _turned(segment: bytes) -> int:
    """The direction in a camera's notes (Exif, tag 0x0112), or 0 where there is none."""
    notes = segment[8:]
    order = {b"II": "little", b"MM": "big"}.get(notes[:2])
    if segment[2:8] != b"Exif\x00\x00" or order is None:
        return 0

    def number(at: int, length: int) -> int:
        return int.from_bytes(notes[at : at + length], "little" if order == "little" else "big")

    first = number(4, 4)
    for n in range(min(number(first, 2), 100)):
        at = first + 2 + 12 * n
        if number(at, 2) == 0x0112:  # noqa: PLR2004  Orientation
            return number(at + 8, 2)
    return 0


def _turning(turned: int) -> bytes:
    """The shortest notes that say how to turn a picture; nothing when it is upright."""
    if turned not in TURNED:
        return b""
    notes = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01" + bytes((0, turned, 0, 0))
    notes += bytes(4)
    return bytes((0xFF, APP1)) + (len(notes) + 2).to_bytes(2, "big") + notes


def _judge_size(one: int, other: int) -> None:
    if not one or not other:
        raise Damaged
    if one * other > MOST_PIXELS:
        raise TooManyPixels
