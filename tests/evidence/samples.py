"""Files as families send them, and as nobody should: made from their parts, so that each test says what is in them."""

from __future__ import annotations

import zlib

PNG_START = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, body: bytes) -> bytes:
    """A part of a PNG with its length and its sum."""
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def png(*extra: bytes, width: int = 8, height: int = 8, after: bytes = b"") -> bytes:
    """A grey PNG a browser can show, with more chunks before its data and more bytes behind its end."""
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    lines = zlib.compress((b"\x00" + b"\x80" * 8) * 8)
    return PNG_START + chunk(b"IHDR", header) + b"".join(extra) + chunk(b"IDAT", lines) + chunk(b"IEND", b"") + after


def segment(marker: int, body: bytes) -> bytes:
    """A part of a JPEG with its length."""
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def exif(turned: int, *, order: str = "II", more: bytes = b"") -> bytes:
    """A camera's notes: the direction to turn the picture in, and whatever else the camera wrote."""
    way = "little" if order == "II" else "big"

    def number(value: int, length: int) -> bytes:
        return value.to_bytes(length, "little" if way == "little" else "big")

    entry = number(0x0112, 2) + number(3, 2) + number(1, 4) + number(turned, 2) + number(0, 2)
    notes = order.encode() + number(42, 2) + number(8, 4) + number(1, 2) + entry + number(0, 4)
    return segment(0xE1, b"Exif\x00\x00" + notes + more)


def jpeg(*extra: bytes, width: int = 16, height: int = 16, after: bytes = b"") -> bytes:
    """What a JPEG is made of, in order; the scan holds a stuffed FF and a restart marker, as real ones do."""
    frame = b"\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x01\x01\x11\x00"
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    parts = [b"\xff\xd8", *extra, segment(0xDB, bytes(65)), segment(0xC0, frame), scan, b"\xff\xd9", after]
    return b"".join(parts)


PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)
