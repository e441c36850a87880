from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from django.test import Client

from efus_conference.models import Edition, Mail
from programme import actions
from programme.models import SpeakerLink
from tests import factories

Mailbox = Callable[[], list[EmailMessage]]


def words(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_a_speaker_gets_a_link_a_reminder_and_a_confirmation(
    language: str, fresh_db: str, run_worker: Callable[[], None], mailbox: Mailbox
) -> None:
    edition = factories.edition()
    speaker = factories.speaker(name="Ada <Example>", email="ada@example.org", consented_at=None)
    factories.session(edition, speakers=(speaker,), title="Streets & <squares>")
    [link] = actions.send_links(speakers=[speaker], edition=edition, language=language, by=None)
    run_worker()
    [sent] = mailbox()
    found = re.search(r"/speak/([\w-]+)/", words(sent))
    assert found
    token = found[1]
    assert [sent["to"], token in words(sent, "html"), "Streets & <squares>" in words(sent)] == [
        "ada@example.org",
        True,
        True,
    ]
    assert "Ada &lt;Example&gt;" in words(sent, "html")
    kept = Mail.objects.get()
    assert [token in kept.text, "•••" in kept.text, kept.language] == [False, True, language]

    browser = Client()
    assert browser.get(f"/speak/{token}/").headers["Content-Language"] == language
    assert browser.post(f"/speak/{token}/").status_code == 302
    run_worker()
    assert "/speak/" not in words(mailbox()[-1])
    link.refresh_from_db()
    reminded = actions.remind(link=link, by=None)
    run_worker()
    assert [mail.kind for mail in Mail.objects.order_by("pk")] == [
        "programme/speaker_link",
        "programme/speaker_confirmation",
        "programme/speaker_reminder",
    ]
    # The reminder's link replaces the one before, and knows that the speaker was here.
    assert browser.get(f"/speak/{token}/").status_code == 404
    assert [reminded.opened_at, SpeakerLink.objects.usable().get()] == [link.opened_at, reminded]


def test_a_link_taken_back_before_its_mail_is_not_sent(
    fresh_db: str, run_worker: Callable[[], None], mailbox: Mailbox
) -> None:
    edition = factories.edition()
    speaker = factories.speaker(email="ada@example.org")
    factories.session(edition, speakers=(speaker,))
    actions.send_links(speakers=[speaker], edition=edition, language="en", by=None)
    actions.revoke_links(speaker=speaker)
    run_worker()
    assert [mailbox(), Edition.objects.count()] == [[], 1]
