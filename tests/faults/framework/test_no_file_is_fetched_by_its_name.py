"""FAB §2.15, FAB §3.13: whoever held the page's permission got any file of the folder by its name."""

from __future__ import annotations

import pytest

from tests.faults.conftest import House
from tests.make.visits import HOST


def test_no_address_but_our_own_static_files_takes_a_file_name(house: House) -> None:
    """FAB §2.15, FAB §3.13: what is stored is reached through a row of its own, never by a name."""
    by_name = [
        rule.rule
        for rule in house.app.url_map.iter_rules()
        if rule.arguments & {"filename", "file", "path", "digest"} or "path" in str(rule._converters)
    ]
    assert sorted(by_name) == ["/static/<path:filename>", "/static/appbuilder/<path:filename>"]


@pytest.mark.parametrize(
    "name", ["../keys.json", "..%2f..%2fkeys.json", "%2e%2e/keys.json", "/etc/passwd", "keys.json"]
)
@pytest.mark.parametrize(
    "folder", ["/static/", "/static/appbuilder/", "/download/", "/students/download/", "/uploads/"]
)
def test_no_name_leads_out_of_the_folder(folder: str, name: str, house: House) -> None:
    """FAB §2.15: nor to the folder of keys and data."""
    answer = house.browser_of("root_admin").get(f"{folder}{name}", base_url=HOST, buffered=True, follow_redirects=True)
    assert answer.status_code in {400, 404}
