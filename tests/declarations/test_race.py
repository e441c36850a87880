"""Two clicks, two tabs, two officers at the very same time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread, local
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client

from declarations import actions
from declarations.mailbox_codes import new_digits, prove, send_code
from declarations.models import Invitation, Mailbox, MailboxCode, Signature, SignatureEvent
from tests.declarations.making import (
    answers,
    begin,
    form,
    inform,
    invited,
    office,
    officer,
    pdf,
    record,
    recorded,
    sent,
    submitted,
    text_hash,
    upload,
)


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Runs the tasks in threads that start together; what each returned or raised."""
    start = Barrier(len(tasks))
    results: list[Any] = [None] * len(tasks)

    def run(index: int, task: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[index] = task()
        except Exception as error:
            results[index] = type(error).__name__
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_double_click_gives_one_signature_and_both_see_its_receipt(fresh_db: str) -> None:
    _invitation, token = invited()
    browser = Client()
    begin(browser, token)
    record(browser, token, {**form(), "signed_page": upload(pdf())})
    inform(browser, token)
    code = Signature.objects.get().receipt_code
    carried = {"receipt": code, **text_hash(token)}

    def click() -> str:
        second = Client()
        second.cookies = browser.cookies
        return second.post(f"/sign/{token}/check", carried).headers["Location"]

    assert at_once(*[click] * 4) == [f"/sign/receipt/{code}/"] * 4
    assert list(SignatureEvent.objects.values_list("kind", flat=True)) == ["submitted"]


@pytest.mark.parametrize("has_lock", [True, False])
def test_without_the_lock_the_second_click_is_not_told_that_it_was_the_second(
    fresh_db: str, has_lock: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the trigger still lets one through only, but the loser gets the wrong answer."""
    invitation, _token = invited()
    signature = recorded(invitation)
    if not has_lock:
        monkeypatch.setattr(
            "django.db.models.query.QuerySet.select_for_update", lambda self, **options: self.all()
        )
    results = at_once(*[lambda: actions.submit_signature(signature=signature, invitation=invitation)] * 4)
    told = sorted(result for result in results if isinstance(result, str))
    assert [SignatureEvent.objects.count(), told == ["AlreadySubmitted"] * 3] == [1, has_lock]


def test_two_officers_at_once_leave_one_open_link(fresh_db: str) -> None:
    signatory, one, two = office(), officer(), officer()
    told = at_once(
        lambda: actions.invite(signatory=signatory, language="en", by=one) and "invited",
        lambda: actions.invite(signatory=signatory, language="fr", by=two) and "invited",
    )
    assert told == ["invited", "invited"]
    assert [Invitation.objects.count(), Invitation.objects.usable().count()] == [2, 1]


@pytest.mark.parametrize("is_signatory_first", [True, False])
def test_an_office_submits_while_it_is_reminded(
    fresh_db: str, is_signatory_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: an office that takes its link before its signatory, and an officer, wait for each other."""
    invitation, _token = invited()
    signature = recorded(invitation)
    if not is_signatory_first:
        monkeypatch.setattr("declarations.actions.recording.lock_signatory", lambda pk: None)
    each_has_its_first_lock, own, fetch = Barrier(2), local(), QuerySet._fetch_all

    def fetch_and_meet(rows: Any) -> None:
        fetch(rows)
        if rows.query.select_for_update and not hasattr(own, "has_met"):
            own.has_met = True
            # Where both want the same first, the second never comes: the first goes on without it.
            with suppress(BrokenBarrierError):
                each_has_its_first_lock.wait(timeout=1)

    monkeypatch.setattr(QuerySet, "_fetch_all", fetch_and_meet)
    told = at_once(
        lambda: actions.submit_signature(signature=signature, invitation=invitation) and "submitted",
        lambda: actions.remind(signatory=invitation.signatory, insists=True) and "reminded",
    )
    if is_signatory_first:
        assert told in (["submitted", "HasSigned"], ["submitted", "reminded"])
    else:
        assert "OperationalError" in told


def test_paper_that_arrives_while_the_office_mends_its_record_leaves_one_of_the_two(fresh_db: str) -> None:
    signature, by, page = submitted(), officer(), sent()
    actions.ask_for_information(signature=signature, by=officer(), note="Which page?")
    invitation = Invitation.objects.usable().get()
    told = at_once(
        lambda: actions.record_signature(invitation=invitation, answers=answers(), files={}) and "kept",
        lambda: (
            actions.record_on_paper(
                signatory=signature.signatory, answers=answers(), files={"signed_page": page}, by=by
            )
            and "recorded"
        ),
    )
    assert told in (["kept", "recorded"], ["LinkNotUsable", "recorded"])


def test_of_two_decisions_at_once_one_counts(fresh_db: str) -> None:
    signature, one, two = submitted(), officer(), officer()
    results = at_once(
        lambda: actions.verify(signature=Signature.objects.get(), by=one) and "decided",
        lambda: actions.refuse(signature=Signature.objects.get(), by=two, note="No.") and "decided",
    )
    assert sorted(results) == ["RefusedByRegister", "decided"]
    assert signature.events.count() == 2


def sent_to(mailbox: Mailbox) -> str:
    code = send_code(mailbox=mailbox, purpose="record", language="en", address="192.0.2.1")
    return new_digits(code)


def test_guesses_at_the_same_time_all_count(fresh_db: str) -> None:
    mailbox = office().mailboxes.get()
    digits = sent_to(mailbox)
    at_once(*[lambda: prove(mailbox=mailbox, purpose="record", typed="banana")] * 5)
    told = at_once(lambda: prove(mailbox=mailbox, purpose="record", typed=digits))
    assert [MailboxCode.objects.get().wrong, told] == [5, ["CodeOver"]]


@pytest.mark.parametrize("has_lock", [True, False])
def test_without_the_lock_guesses_at_the_same_time_are_lost(
    fresh_db: str, has_lock: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: all have read the count before any of them writes its own."""
    mailbox = office().mailboxes.get()
    sent_to(mailbox)
    if not has_lock:
        monkeypatch.setattr(
            "django.db.models.query.QuerySet.select_for_update", lambda self, **options: self.all()
        )
        together, save = Barrier(4), MailboxCode.save

        def save_together(self: MailboxCode, **options: Any) -> None:
            together.wait()
            save(self, **options)

        monkeypatch.setattr(MailboxCode, "save", save_together)
    at_once(*[lambda: prove(mailbox=mailbox, purpose="record", typed="banana")] * 4)
    assert MailboxCode.objects.get().wrong == (4 if has_lock else 1)
