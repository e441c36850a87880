"""The officers' pages of withdrawals: entered from paper, carried out by somebody else, or dropped."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from declarations import actions
from declarations.models import Signature, Withdrawal
from efus_conference.models import User
from tests.declarations.making import office, officer, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    settings.DEMONSTRATION = True


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def root() -> User:
    return officer(is_superuser=True)


def verified(**fields: Any) -> Signature:
    return actions.verify(signature=submitted(**fields), by=officer())


def entered(signature: Signature, by: User | None = None) -> Withdrawal:
    return actions.enter_withdrawal(signature=signature, by=by or officer(), reason="A letter of today.")


def url(withdrawal: Withdrawal, step: str) -> str:
    return f"/admin/declarations/withdrawal/{withdrawal.pk}/{step}/"


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def press(user: User, path: str, words: str) -> list[str]:
    response = as_(user).post(path, {"words": words}, follow=True)
    assert response.status_code == 200
    return said(response)


def test_two_officers_withdraw_what_came_on_paper() -> None:
    signature, first, second = verified(), root(), root()
    button = f"/admin/declarations/signature/{signature.pk}/withdraw/"
    assert press(first, button, "") == []
    assert press(first, button, "A letter of the mayor.") == [
        "The withdrawal is entered and waits for someone else to carry it out."
    ]
    withdrawal = Withdrawal.objects.get()
    page = as_(first).get(url(withdrawal, "carry-out")).content.decode()
    assert "You entered this withdrawal, so someone else has to carry it out." in page
    (refusal,) = press(first, url(withdrawal, "carry-out"), "Done.")
    assert refusal.startswith("A withdrawal takes the office")
    assert press(second, url(withdrawal, "carry-out"), "As you wished.") == ["The signature is withdrawn."]
    signature.refresh_from_db()
    assert [signature.state, signature.events.latest("pk").note] == ["withdrawn", "As you wished."]


def test_the_button_of_a_signature_leads_to_the_wish_that_waits() -> None:
    signature = verified()
    withdrawal = entered(signature)
    response = as_(root()).get(f"/admin/declarations/signature/{signature.pk}/withdraw/")
    assert response.headers["Location"] == url(withdrawal, "change")


def test_an_officer_drops_a_wish_and_says_why() -> None:
    signature = verified()
    withdrawal = entered(signature)
    assert press(root(), url(withdrawal, "drop"), " ") == []
    assert press(root(), url(withdrawal, "drop"), "It was a mistake.") == ["The signature stays as it is."]
    withdrawal.refresh_from_db()
    signature.refresh_from_db()
    assert [withdrawal.outcome, withdrawal.note, signature.state] == [
        "dropped",
        "It was a mistake.",
        "verified",
    ]


@pytest.mark.parametrize("step", ["carry-out", "drop"])
def test_what_was_decided_in_another_tab_is_a_sentence(step: str) -> None:
    withdrawal = entered(verified())
    actions.drop_withdrawal(withdrawal=withdrawal, by=officer(), note="No.")
    (message,) = press(root(), url(withdrawal, step), "Yes.")
    assert message.startswith(("No wish to withdraw waits", "A withdrawal takes the office"))
    page = as_(root()).get(url(withdrawal, "change")).content.decode()
    assert "Drop the wish …" not in page


def test_those_that_wait_stand_first() -> None:
    dropped = entered(verified())
    actions.drop_withdrawal(withdrawal=dropped, by=officer(), note="No.")
    waiting = entered(verified(signatory=office(dropped.signature.signatory.declaration)))
    actions.drop_withdrawal(withdrawal=entered(verified()), by=officer(), note="No.")
    response = as_(root()).get("/admin/declarations/withdrawal/")
    assert [response.context["cl"].result_list[0].pk, Withdrawal.objects.count()] == [waiting.pk, 3]


def test_the_first_page_names_the_offices_that_wish_to_withdraw() -> None:
    waiting = entered(verified())
    done = entered(verified())
    actions.withdraw(signature=done.signature, by=officer(), note="Done.")
    client = as_(root())
    tasks = client.get("/admin/").context["tasks"]
    (task,) = [task for task in tasks if "withdraw" in task.sentence]
    assert task.sentence == "1 office wishes to withdraw its signature."
    listed = client.get(task.address).context["cl"].result_list
    assert [row.pk for row in listed] == [waiting.pk]


def test_who_may_not_decide_on_withdrawals_meets_a_closed_door() -> None:
    withdrawal = entered(verified())
    client = as_(officer())
    paths = [url(withdrawal, step) for step in ("change", "carry-out", "drop")]
    assert {client.get(path).status_code for path in paths} == {403}


def test_the_page_of_a_wish_says_where_it_stands_in_words() -> None:
    withdrawal = entered(verified())
    browser = as_(root())
    shown = []
    for outcome in ("", "done"):
        if outcome:
            actions.withdraw(signature=withdrawal.signature, by=officer(), note="As you wished.")
        page = browser.get(url(withdrawal, "change"))
        assert page.status_code == 200
        shown.append(["waits" in page.content.decode(), "(&#x27;" in page.content.decode()])
    assert shown == [[True, False], [False, False]]


def test_who_entered_a_withdrawal_reads_so_and_has_no_button_to_carry_it_out() -> None:
    first, second = root(), root()
    withdrawal = entered(verified(), by=first)
    pages = [as_(user).get(url(withdrawal, "change")).content.decode() for user in (first, second)]
    sentence = "You entered this withdrawal, so someone else has to carry it out."
    assert [[sentence in page, url(withdrawal, "carry-out") in page] for page in pages] == [
        [True, False],
        [False, True],
    ]
