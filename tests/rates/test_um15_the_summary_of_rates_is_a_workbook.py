"""UM-15: 参保汇总表 holds exactly the units that the list of a step shows, with who submitted and who reviewed them."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from app.core.db import Database
from tests.make.places import A
from tests.rates.test_rates_on_screen import everybody_is_insured, unit_of, visitor_submits
from tests.site import *  # noqa: F403  fixtures are found by their names
from tests.site import Visit
from tests.world import World

pytestmark = pytest.mark.committed


def test_um15_the_summary_of_rates_is_a_workbook(visit: Callable[..., Visit], world: World, database: Database) -> None:
    everybody_is_insured(database)
    assert visitor_submits(visit("school_admin"), unit_of(database, world, A)[0])
    for who in ("school_admin", "county_admin"):
        answer = visit(who, "zh_Hans_CN").get(f"/rates/summary/?plan={world.plan}&step=1")
        sheet = load_workbook(io.BytesIO(answer.data)).active
        rows = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
        assert rows[0][:6] == ["序号", "上级单位", "单位", "参保率", "弃保率", "应参保"]
        assert rows[1][2:7] == ["画眉中学", "100.00%", "0.00%", 8, 8]
        assert rows[0][8:12] == ["待审核", "未登记", "停保", "弃保贫困生"]
        assert rows[1][13:16] == ["已提交", None, "school_admin"]
        assert (rows[2][2], rows[2][5], len(rows)) == ("合计", 8, 3)
        assert "金丝雀" not in str(rows)
    assert visit("school_admin_b").get(f"/rates/summary/?plan={world.plan}&node={A}").status_code == 404
