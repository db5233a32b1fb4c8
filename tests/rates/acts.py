"""Everything that can happen in a history, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.rates import acts_of_a_campaign as campaign
from tests.rates import acts_of_the_roll as roll
from tests.rates.hand import Hand

Act = Callable[[Hand], None]

ROLL: tuple[Act, ...] = (
    *(roll.admit, roll.move_students, roll.leave, roll.undo_leaving, roll.pause, roll.come_back, roll.readmit),
    *(roll.recognise, roll.revoke_recognition, roll.import_list, roll.undo_import),
    *(roll.grow_class, roll.close_class, roll.move_branch, roll.move_school, roll.merge_places),
)
PLANS: tuple[Act, ...] = (
    campaign.open_plan,
    campaign.open_neighbours,
    campaign.close_plan,
    campaign.ask_to_reopen,
    campaign.agree_to_reopen,
)
APPLICATIONS: tuple[Act, ...] = (
    *(campaign.apply_for, campaign.withdraw, campaign.review_one, campaign.review_matching),
    *(campaign.enter, campaign.complete_a_unit, campaign.correct, campaign.stop, campaign.resume),
)
RATES: tuple[Act, ...] = (
    *(campaign.submit_rate, campaign.review_rate, campaign.review_rates, campaign.fold, campaign.end_of_day),
)
ACTS: Mapping[str, Act] = {act.__name__: act for act in (*ROLL, *PLANS, *APPLICATIONS, *RATES)}
"""In the order in which they could follow each other."""
DRAWN: tuple[str, ...] = tuple(act.__name__ for act in (*ROLL, *PLANS, *APPLICATIONS * 2, *RATES * 2))
"""What histories draw from: what needs several steps before it comes more often."""
