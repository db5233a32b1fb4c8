"""Whatever happens to a file on its way, it is read or refused: nothing of ours breaks."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.sheets.limits import Unreadable
from app.sheets.reading import read
from app.sheets.workbook import Cell, Workbook
from tests.make.workbooks import save_xls, save_xlsx

BODY: list[tuple[Cell, ...]] = [("张三", "360101201509011015", "男"), ("李四", 380.5, None)]
ROWS: list[tuple[Cell, ...]] = [("姓名", "证件号码", "性别"), *BODY * 20]
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""Each example starts a process; looking for a smaller one would take minutes."""
CODES = {"truncated", "too_large", "wrong_type", "empty", "encrypted", "encoding", "entity", "zip_bomb"} | {
    f"too_many_{what}" for what in ("rows", "columns", "cells", "sheets")
}


@settings(max_examples=40, phases=NO_SHRINKING)
@given(st.sampled_from(["xlsx", "xls", "csv"]), st.integers(0, 2**32), st.integers(1, 20), st.booleans())
def test_a_file_with_wrong_bytes_is_read_or_refused(kind: str, seed: int, changes: int, cut: bool) -> None:  # noqa: FBT001  drawn
    chance = Random(seed)  # noqa: S311  for damage
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{kind}"
        if kind == "csv":
            path.write_text("\n".join(",".join(map(str, row)) for row in ROWS), encoding="gb18030")
        else:
            save_xls(path, ROWS) if kind == "xls" else save_xlsx(path, {"名单": ROWS})
        data = bytearray(path.read_bytes())
        for _ in range(changes):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data[: chance.randrange(len(data))] if cut else data)
        try:
            found: Workbook | str = read(path)
        except Unreadable as refusal:
            found = refusal.code
    assert isinstance(found, Workbook) or found in CODES
