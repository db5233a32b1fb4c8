"""An empty system: the link that `serve` prints leads to the page that sets it up, once."""

from __future__ import annotations

import socket
import uuid
from pathlib import Path

from playwright.sync_api import Page

from tests.cluster import Cluster
from tests.journeys.site import free_port
from tests.journeys.visit import Visiting
from tests.processes.served import line_with, served

TYPED = {
    "名称": "试用省",
    "编码": "98",
    "您的姓名": "张三",
    "用户名": "zhang_san",
}
PASSWORD = "a sentence that is long"


def test_an_empty_system_is_set_up_once(cluster: Cluster, tmp_path: Path, visiting: Visiting) -> None:
    port = free_port()
    with cluster.cloned(f"empty_{uuid.uuid4().hex}") as url, served(tmp_path, port, url) as parent:
        link = "http" + line_with(parent, "/first-run/").partition("http")[2].strip()
        visit = visiting()
        visit.go(f"http://127.0.0.1:{port}/")
        assert "尚未初始化" in visit.words()
        visit.go(link)
        print(visit.words())
        assert False
