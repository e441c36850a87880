"""Which steps of a ceremony change what anybody may read, so that kept pages are made anew."""

from __future__ import annotations

from collections.abc import Callable

from declarations import actions, register
from declarations.models import StageSigning
from efus_conference import kept
from tests.declarations.making import office, officer, published
from tests.declarations.staging import ceremony, cleared, confirmed, recorded


def has_risen(change: Callable[[], object]) -> bool:
    before = kept.read_number()
    change()
    return kept.read_number() > before


def now(signing: StageSigning) -> StageSigning:
    return StageSigning.objects.get(pk=signing.pk)


def test_a_step_raises_the_version_once_it_shows_and_not_before(fresh_db: str) -> None:
    on = ceremony(published(shows_recorded=False), is_open=False)
    signatory = office(on.declaration)
    prepared = has_risen(lambda: cleared(on, signatory=signatory))
    signing = StageSigning.objects.get()
    opened = has_risen(lambda: actions.open_ceremony(ceremony=on, by=officer()))
    signed = has_risen(lambda: recorded(now(signing)))
    shown = has_risen(lambda: confirmed(now(signing)))
    undone = has_risen(
        lambda: actions.undo_on_stage(signing=signing, by=officer(), seen=now(signing).version)
    )
    assert [prepared, opened, signed, shown, undone] == [False, True, False, True, True]


def test_a_withdrawal_before_the_publication_takes_the_name_off_the_kept_stage(fresh_db: str) -> None:
    """Of the ceremony itself no row changes then."""
    on = ceremony(published(shows_recorded=False))
    signature = confirmed(cleared(on)).signature
    assert signature is not None
    actions.enter_withdrawal(signature=signature, by=officer(), reason="A letter of this evening.")
    assert has_risen(lambda: actions.withdraw(signature=signature, by=officer(), note="As asked."))
    stage = register.stage_of(on.declaration)
    assert stage is not None
    assert stage.entries == []
