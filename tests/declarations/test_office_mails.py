"""Mails on the office's way, as a worker sends them and a mailbox gets them."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from django.test import Client
from django.utils import timezone

from declarations import actions
from declarations.mailbox_codes import prove, send_code
from declarations.models import Invitation
from efus_conference.models import Mail
from tests.declarations.making import decline, invited, let_in, office, officer
from tests.journeys.walking import code_in, text_of

Mails = Callable[[], list[EmailMessage]]


def test_only_a_keyed_hash_of_the_code_is_kept(
    fresh_db: str, run_worker: Callable[[], None], mailbox: Mails
) -> None:
    box = office().mailboxes.get()
    code = send_code(mailbox=box, purpose="record", language="fr", address="192.0.2.1")
    run_worker()
    code.refresh_from_db()
    (mail,) = mailbox()
    digits = code_in(mail)
    assert [len(code.code_hash), digits in code.code_hash, digits in str(mail["subject"])] == [
        64,
        False,
        False,
    ]
    kept = Mail.objects.get()
    assert [kept.kind, kept.to, digits in kept.text, "•••" in kept.text] == [
        "declarations/code",
        "office@town.example",
        False,
        True,
    ]
    assert prove(mailbox=box, purpose="record", typed=digits) == code


def test_a_code_goes_before_the_invitations_that_wait(
    fresh_db: str, run_worker: Callable[[], None], mailbox: Mails
) -> None:
    actions.invite(signatory=office(), language="en", by=officer())
    send_code(mailbox=office().mailboxes.get(), purpose="withdraw", language="en", address="192.0.2.1")
    run_worker()
    kinds = list(Mail.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["declarations/code", "declarations/invitation"]
    assert "withdraw" in text_of(mailbox()[0])


def test_links_come_from_the_site_s_own_address_whatever_host_is_asked(
    fresh_db: str, run_worker: Callable[[], None], mailbox: Callable[[], list[EmailMessage]], settings: Any
) -> None:
    invitation, token = invited()
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now())
    for header in ({"HTTP_HOST": "evil.example"}, {"HTTP_X_FORWARDED_HOST": "evil.example"}):
        Client().post(f"/sign/{token}", {"new_link": "1"}, **header)
    run_worker()
    mails = mailbox()
    assert ["evil.example" in mail.as_string() for mail in mails] == [False] * len(mails)
    (mail,) = mails
    body = mail.get_body(("plain",))
    assert body is not None
    assert f"{settings.SITE_URL}/sign/" in body.get_content()


def test_an_office_declines_with_its_reason_and_its_link_ends(
    fresh_db: str, run_worker: Callable[[], None], mailbox: Callable[[], list[EmailMessage]]
) -> None:
    browser = Client(enforce_csrf_checks=True)
    invitation, token = invited(language="fr")
    let_in(browser, token)
    assert browser.get(f"/sign/{token}/decline?lang=en").status_code == 200
    page = decline(browser, token, "Our council <decided> otherwise.")
    assert page.status_code == 200
    invitation.refresh_from_db()
    assert [invitation.decline_reason, invitation.used_at] == ["Our council <decided> otherwise.", None]
    assert invitation.declined_at is not None
    assert browser.get(f"/sign/{token}").status_code == 404
    run_worker()
    mail = mailbox()[-1]
    body, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert body is not None
    assert html is not None
    assert "Our council <decided> otherwise." in body.get_content()
    assert "Our council &lt;decided&gt; otherwise." in html.get_content()
