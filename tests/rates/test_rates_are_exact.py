"""The arithmetic of rates: the vectors of the domain reference, half-up, from sums, never from averages or floats."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rates.rules import Figures, Status, in_export, on_screen, percent

COUNTS = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("insured", "waived", "unregistered", "pending", "rate", "waiver"),
    [
        (1, 1, 0, 0, "50.00", "50.00"),
        (1, 0, 0, 0, "100.00", "0.00"),
        (1, 0, 288, 0, "0.35", "0.00"),
        (1, 2, 0, 0, "33.33", "66.67"),
        (1, 799, 0, 0, "0.13", "99.88"),
        (1, 1, 0, 1, "33.33", "33.33"),
        (0, 0, 5, 0, "0.00", "0.00"),
    ],
)
def test_the_vectors_of_the_domain_reference_hold(
    insured: int,
    waived: int,
    unregistered: int,
    pending: int,
    rate: str,
    waiver: str,
) -> None:
    figures = Figures(insured=insured, waived=waived, unregistered=unregistered, pending=pending)
    assert figures.total_eligible == insured + waived + unregistered + pending
    assert str(figures.rate) == rate
    assert str(percent(figures.waived, figures.total_eligible)) == waiver


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(1, 800, "0.13"), (3, 800, "0.38"), (5, 800, "0.63"), (1, 8, "12.50"), (1, 20_000, "0.01"), (1, 20_001, "0.00")],
)
def test_the_half_is_rounded_up_and_not_to_the_even_neighbour(part: int, whole: int, shown: str) -> None:
    assert str(percent(part, whole)) == shown


def test_nothing_of_nothing_has_no_rate_a_dash_on_screen_and_zero_in_exports() -> None:
    assert Figures().rate is None
    assert on_screen(None) == "—"
    assert in_export(None) == "0.00%"


def test_a_rate_of_nothing_of_something_is_shown_as_a_rate() -> None:
    rate = Figures(unregistered=3).rate
    assert (on_screen(rate), in_export(rate)) == ("0.00%", "0.00%")


def test_a_rate_is_a_decimal_with_two_places_and_never_a_float() -> None:
    rate = Figures(insured=1, waived=2).rate
    assert isinstance(rate, Decimal)
    assert (on_screen(rate), in_export(rate)) == ("33.33%", "33.33%")


def test_stopped_counts_only_where_the_plan_says_so() -> None:
    assert Figures(insured=1, stopped=3).total_eligible == 1
    assert Figures(insured=1, stopped=3, counts_stopped=True).total_eligible == 4


def test_the_hardship_figure_is_part_of_the_waived_and_added_to_nothing() -> None:
    assert Figures(waived=3, waived_hardship=2).total_eligible == 3


def test_the_rate_of_a_whole_comes_from_sums_and_not_from_the_rates_of_its_parts() -> None:
    small, large = Figures(insured=1), Figures(insured=1, unregistered=98)
    assert str(Figures.total([small, large]).rate) == "2.00"


def test_each_figure_is_found_by_its_name() -> None:
    figures = Figures(1, 2, 3, 4, 5, 6)
    assert {status: figures.count(status) for status in Status} == {
        Status.TOTAL_ELIGIBLE: 10,
        Status.INSURED: 1,
        Status.WAIVED: 2,
        Status.PENDING: 3,
        Status.UNREGISTERED: 4,
        Status.STOPPED: 5,
        Status.WAIVED_HARDSHIP: 6,
        Status.NOT_INSURED: 9,
    }


@given(COUNTS, COUNTS)
def test_a_rate_is_never_further_from_the_truth_than_half_a_hundredth(insured: int, others: int) -> None:
    rate = Figures(insured=insured, waived=others).rate
    if rate is None:
        assert insured == others == 0
    else:
        whole = insured + others
        assert Decimal(0) <= rate <= Decimal(100)
        assert 2 * abs(rate * whole - 100 * insured) <= whole * Decimal("0.01")


@given(st.lists(st.builds(Figures, *[COUNTS] * 6), max_size=8), st.booleans())
def test_the_figures_of_a_whole_are_the_sums_of_its_parts(parts: list[Figures], counts_stopped: bool) -> None:  # noqa: FBT001
    whole = Figures.total(parts, counts_stopped=counts_stopped)
    for status in set(Status) - {Status.TOTAL_ELIGIBLE, Status.NOT_INSURED}:
        assert whole.count(status) == sum(part.count(status) for part in parts)
    stopped = whole.stopped if counts_stopped else 0
    assert whole.not_insured == whole.total_eligible - whole.insured
    assert whole.total_eligible == whole.insured + whole.waived + whole.pending + whole.unregistered + stopped
