"""Demo data: an invented province, the same for the same number of students, seed and academic year.

The makers (`names`, `people`, `choices`, `tree`, `posts`) are pure: no database, no clock, no randomness but the seed.
`load` writes what they make, `command` is the command line. Nobody can be meant: ID numbers lie in summary areas
(360101) that are not given to persons, school codes have serials from 900001, phones have 0000 in the middle. Source of
weights and of the rows that always occur: spec/domain.md §10.

Vocabulary: demo data 演示数据; edge row 边界样例, a row that systems get wrong (rare characters, 29 February, twins).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.db import Database
    from config import Settings

USUAL_STUDENTS, USUAL_SEED = 2000, 1
USUAL_FILE = "demo-accounts.json"


def ensure(
    settings: Settings,
    database: Database,
    *,
    students: int = USUAL_STUDENTS,
    seed: int = USUAL_SEED,
    accounts: Path | None = None,
) -> Path:
    """See that the demo is in the database; returns the path of the file that tells how to sign in.

    Without `accounts` the file stands in the data folder. A demo already there stays as it is. Raises what
    `app.cli.demo.load.ensure` raises.
    """
    from app.cli.demo import load

    path = accounts or settings.data / USUAL_FILE
    return load.ensure(settings, database, accounts=path, students=students, seed=seed)
