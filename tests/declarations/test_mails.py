from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations import actions
from declarations.models import Invitation
from efus_conference.models import Mail
from tests import factories
from tests.declarations.making import answers, office, officer, published, sent, submitted

Mailbox = Callable[[], list[EmailMessage]]


def words(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_an_invitation_is_mailed_in_its_language_and_its_link_works_once_sent(
    fresh_db: str, run_worker: Callable[[], None], mailbox: Mailbox, client: Any, language: str
) -> None:
    signatory = office(
        published(is_demonstration=True), organisation=factories.organisation(name="Rīga & co")
    )
    invitation = actions.invite(signatory=signatory, language=language, by=officer())
    run_worker()
    (message,) = mailbox()
    link = next(word for word in words(message).split() if "/sign/" in word)
    path = "/" + link.split("/", 3)[3]
    response = client.get(path)
    assert [message["To"], response.status_code, response.headers["Content-Language"]] == [
        "office@town.example",
        200,
        language,
    ]
    assert "Rīga & co" in words(message)
    assert "Rīga &amp; co" in words(message, "html")
    assert link in words(message, "html")
    assert f'<html lang="{language}">' in words(message, "html")
    invitation.refresh_from_db()
    assert invitation.sent_at is not None


def test_the_kept_copy_and_the_job_open_nothing(
    fresh_db: str, run_worker: Callable[[], None], mailbox: Mailbox
) -> None:
    actions.invite(signatory=office(), language="en", by=officer())
    run_worker()
    (message,) = mailbox()
    token = next(word for word in words(message).split() if "/sign/" in word).rsplit("/", 1)[1]
    copy = Mail.objects.get()
    assert [token in copy.text, "/sign/•••" in copy.text, token in copy.subject] == [False, True, False]
    assert [token in str(job.args) for job in ProcrastinateJob.objects.all()] == [False]
    assert Invitation.objects.get().token_hash != token


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_receipt_verification_refusal_and_question_reach_the_office(
    fresh_db: str, run_worker: Callable[[], None], mailbox: Mailbox, language: str
) -> None:
    kinds = []
    for decide in (
        lambda signature: actions.verify(signature=signature, by=officer()),
        lambda signature: actions.refuse(signature=signature, by=officer(), note="Not <signed> & dated."),
        lambda signature: actions.ask_for_information(
            signature=signature, by=officer(), note="Not <signed> & dated."
        ),
    ):
        invitation = actions.invite(signatory=office(), language=language, by=officer())
        actions.open_invitation(invitation=invitation, language="en")
        actions.record_signature(invitation=invitation, answers=answers(), files={"signed_page": sent()})
        draft = actions.be_informed(invitation=invitation)
        signature = actions.submit_signature(signature=draft, invitation=invitation)
        decide(signature)
        run_worker()
        kinds += [mail.kind for mail in Mail.objects.order_by("pk")[len(kinds) :]]
        for copy in Mail.objects.filter(kind__in=["declarations/receipt", "declarations/verified"]):
            assert [copy.language, signature.receipt_code in copy.text, "•••" in copy.text] == [
                language,
                False,
                True,
            ]
    assert kinds == [
        "declarations/receipt",
        "declarations/verified",
        "declarations/receipt",
        "declarations/refused",
        "declarations/receipt",
        "declarations/information",
    ]
    told = [message for message in mailbox() if "Not <signed> & dated." in words(message)]
    assert ["Not &lt;signed&gt; &amp; dated." in words(message, "html") for message in told] == [True, True]


def test_an_office_without_a_mailbox_gets_no_mail(
    fresh_db: str, run_worker: Callable[[], None], mailbox: Mailbox
) -> None:
    signature = actions.record_on_paper(
        signatory=factories.signatory(published()),
        answers=answers(),
        files={"signed_page": sent()},
        by=officer(),
    )
    actions.ask_for_information(signature=signature, by=officer(), note="Why?")
    actions.refuse(signature=signature, by=officer(), note="No.")
    run_worker()
    assert mailbox() == []


def test_a_link_that_was_revoked_before_its_mail_is_not_sent(
    fresh_db: str, run_worker: Callable[[], None], mailbox: Mailbox
) -> None:
    signature = submitted()
    actions.refuse(signature=signature, by=officer(), note="No.")
    invitation = actions.invite(signatory=signature.signatory, language="en", by=officer())
    actions.revoke(invitation=invitation)
    run_worker()
    assert "declarations/invitation" not in [mail.kind for mail in Mail.objects.all()]
