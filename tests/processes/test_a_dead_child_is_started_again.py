"""What the parent does about children that die, and what children do about a parent that dies."""

from __future__ import annotations

import os
import signal

from tests.processes.started import children_of, is_alive, small_parent, wait_for


def test_a_killed_child_is_started_again() -> None:
    with small_parent("sleep", "600") as parent:
        first = wait_for(lambda: children_of(parent.pid))[0]
        os.kill(first, signal.SIGKILL)
        second = wait_for(lambda: [child for child in children_of(parent.pid) if child != first])[0]
        parent.terminate()
        assert parent.wait() == 0
    assert not is_alive(second)


def test_a_child_that_dies_again_and_again_ends_everything_with_a_line() -> None:
    with small_parent("false") as parent:
        told = parent.communicate()[0]
        assert parent.returncode == 1
    assert "The process child ended by itself (status 1) more than 5 times in a minute" in told
    assert told.count("starting it again") == 5


def test_no_child_outlives_a_killed_parent() -> None:
    with small_parent("sleep", "600") as parent:
        child = wait_for(lambda: children_of(parent.pid))[0]
        wait_for(lambda: os.getpgid(child) == child)
        parent.kill()
        parent.wait()
        wait_for(lambda: not is_alive(child))


def test_what_a_child_started_ends_with_it() -> None:
    with small_parent("sh", "-c", "trap '' TERM; sleep 600 & wait", stop_seconds=0.2) as parent:
        child = wait_for(lambda: children_of(parent.pid))[0]
        grandchild = wait_for(lambda: children_of(child))[0]
        parent.terminate()
        assert parent.wait() == 0
        wait_for(lambda: not is_alive(grandchild))
