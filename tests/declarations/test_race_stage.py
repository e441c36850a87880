"""Two operators, two confirmers, an undo and the worker, at the very same time."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from declarations import actions
from declarations.models import Signature, SignatureEvent, StageSigning
from tests.declarations.making import officer
from tests.declarations.staging import cleared, confirmed, recorded, time_to_undo_is_over
from tests.declarations.test_race import at_once


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "django.db.models.query.QuerySet.select_for_update", lambda self, **options: self.all()
    )


def recorded_now(signing: StageSigning, by: Any) -> str:
    actions.record_on_stage(signing=signing, by=by, seen=signing.version)
    return "recorded"


@pytest.mark.parametrize("has_locks", [True, False])
def test_of_two_operators_one_records_and_the_other_reads_who_did(
    fresh_db: str, has_locks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the register still lets one through only, but the other is not told what happened."""
    signing, operators = cleared(), [officer(), officer(), officer(), officer()]
    if not has_locks:
        without_locks(monkeypatch)
    told = at_once(*[lambda by=by: recorded_now(signing, by) for by in operators])
    others = sorted(one for one in told if one != "recorded")
    signing.refresh_from_db()
    kinds = list(signing.events.order_by("pk").values_list("kind", flat=True))
    assert [len(others), kinds] == [3, ["entered", "cleared", "signed"]]
    assert (others == ["StaleScreen"] * 3) == has_locks


def test_of_two_who_confirm_at_once_one_makes_the_signature(fresh_db: str) -> None:
    signing = recorded()
    both = [officer(), officer()]
    told = at_once(
        *[
            lambda by=by: (
                actions.confirm_on_stage(signing=signing, by=by, seen=signing.version) and "confirmed"
            )
            for by in both
        ]
    )
    assert [sorted(told), Signature.objects.count()] == [["StaleScreen", "confirmed"], 1]


def test_two_workers_publish_once(fresh_db: str) -> None:
    time_to_undo_is_over(confirmed())
    told = at_once(*[lambda: len(actions.publish_due(at=timezone.now()))] * 3)
    verified = SignatureEvent.objects.filter(kind="verified").count()
    assert [sorted(told), verified] == [[0, 0, 1], 1]


@pytest.mark.parametrize("_round", range(3))
def test_an_undo_and_the_publication_do_not_both_happen(fresh_db: str, _round: int) -> None:
    signing = confirmed()
    time_to_undo_is_over(signing)
    by = officer()
    published, undone = at_once(
        lambda: len(actions.publish_due(at=timezone.now())),
        lambda: actions.undo_on_stage(signing=signing, by=by, seen=signing.version) and "undone",
    )
    state = Signature.objects.get().state
    assert (published, undone, state) in [(1, "StaleScreen", "verified"), (0, "undone", "undone")]


def test_a_wish_to_withdraw_and_the_publication_follow_each_other(fresh_db: str) -> None:
    signing = confirmed()
    time_to_undo_is_over(signing)
    signature, by = signing.signature, officer()
    assert signature is not None
    at_once(
        lambda: len(actions.publish_due(at=timezone.now())),
        lambda: actions.enter_withdrawal(signature=signature, by=by, reason="By telephone."),
    )
    # Whichever came first, the other one found it: a signature that was public already is withdrawn in public.
    asked, published = (
        signature.withdrawals.get().entered_at,
        signature.events.filter(kind="verified").first(),
    )
    assert published is None or published.at < asked


def test_nothing_is_recorded_while_the_ceremony_ends(fresh_db: str) -> None:
    signing, by = cleared(), officer()
    told = at_once(
        lambda: recorded_now(signing, by),
        lambda: actions.end_ceremony(ceremony=signing.ceremony, by=by) and "ended",
    )
    assert told in (["recorded", "Unconfirmed"], ["CeremonyNotOpen", "ended"])
