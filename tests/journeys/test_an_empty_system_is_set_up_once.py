"""An empty system: the link that `serve` prints leads to the page that sets it up, once."""

from __future__ import annotations

import uuid
from pathlib import Path

from playwright.sync_api import expect

from tests.cluster import Cluster
from tests.journeys.site import free_port
from tests.journeys.visit import Visit, Visiting
from tests.processes.served import line_with, served

TYPED = {"单位名称": "试用省", "单位编码": "98", "您的姓名": "张三", "用户名": "zhang_san"}
PASSWORD = "a sentence that is long"


def _fill(visit: Visit, password: str, again: str) -> None:
    for label, value in (*TYPED.items(), ("密码", password), ("再次输入密码", again)):
        visit.page.get_by_role("textbox", name=label, exact=True).fill(value)


def test_an_empty_system_is_set_up_once(cluster: Cluster, tmp_path: Path, visiting: Visiting) -> None:
    port = free_port()
    with cluster.cloned(f"empty_{uuid.uuid4().hex}") as url, served(tmp_path, port, url) as parent:
        link = "http" + line_with(parent, "/first-run/").partition("http")[2].strip()
        visit = visiting()
        visit.go(f"http://127.0.0.1:{port}/")
        assert "尚未初始设置" in visit.words()
        visit.go(link)
        done = visit.page.get_by_role("button", name="创建并登录")
        for password, again, wrong in (("short", "short", "密码"), (PASSWORD, "another one", "再次输入密码")):
            _fill(visit, password, again)
            visit.click(done, refused=[422])
            field = visit.page.get_by_role("textbox", name=wrong, exact=True)
            expect(field).to_have_attribute("aria-invalid", "true")
            for label, value in TYPED.items():
                expect(visit.page.get_by_role("textbox", name=label, exact=True)).to_have_value(value)
        _fill(visit, PASSWORD, PASSWORD)
        visit.click(done)
        assert visit.path() == "/"
        assert TYPED["单位名称"] in visit.heading()
        assert TYPED["您的姓名"] in visit.words()
        visit.go(link, refused=[404])
        assert "此链接已使用或已过期" in visit.words()
