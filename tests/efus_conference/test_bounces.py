from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError

from efus_conference.bounces import return_address
from efus_conference.environment import sender
from efus_conference.models import Mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail() -> Mail:
    return Mail.objects.create(
        kind="registration/digest", to="ada@example.org", language="en", subject="Changes"
    )


def report(to: str, *recipients: str, kind: str = "report; report-type=delivery-status") -> bytes:
    """A report as Postfix writes it, with one block for each recipient."""
    blocks = "\n\n".join(
        ["Reporting-MTA: dns; mx.example.org\nArrival-Date: Thu, 15 May 2031 09:00:00 +0200", *recipients]
    )
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.org
To: {to}
Auto-Submitted: auto-replied
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/{kind}; boundary="edge"

--edge
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--edge
Content-Type: message/delivery-status

{blocks}

--edge
Content-Type: text/rfc822-headers

Subject: Changes
--edge--
""".encode()


def about(action: str, status: str, diagnostic: str = "smtp; 550 5.1.1 no such user") -> str:
    return (
        "Final-Recipient: rfc822; ada@example.org\n"
        f"Action: {action}\nStatus: {status}\nDiagnostic-Code: {diagnostic}"
    )


def receive(content: bytes, *arguments: str) -> int:
    """The exit code, as the mail server sees it."""
    try:
        call_command("receive_bounce", *arguments, stdin=io.BytesIO(content), stdout=io.StringIO())
    except CommandError as error:
        return error.returncode
    return 0


def recorded(mail: Mail) -> tuple[str, str, str, bool]:
    mail.refresh_from_db()
    return mail.bounce, mail.bounce_status, mail.bounce_diagnostic, mail.bounced_at is not None


def test_the_address_of_return_names_the_mail_and_only_the_site_can_write_it(
    mail: Mail, settings: Any
) -> None:
    settings.DEFAULT_FROM_EMAIL = '"Security, Democracy & Cities" <conference@example.org>'
    address = return_address(mail.pk)
    assert re.fullmatch(rf"conference\+{mail.pk}-[0-9a-f]{{16}}@example\.org", address)
    settings.SECRET_KEY = "another key"
    assert return_address(mail.pk) != address


def test_a_failure_is_recorded_on_its_mail(mail: Mail) -> None:
    assert receive(report(return_address(mail.pk), about("failed", "5.1.1"))) == 0
    assert recorded(mail) == ("failed", "5.1.1", "smtp; 550 5.1.1 no such user", True)
    assert not mail.is_temporary


def test_a_delay_is_told_apart_and_never_hides_a_failure(mail: Mail) -> None:
    delay = report(return_address(mail.pk), about("delayed", "4.4.1", "smtp; connection timed out"))
    assert receive(delay) == 0
    assert recorded(mail) == ("delayed", "4.4.1", "smtp; connection timed out", True)
    assert receive(report(return_address(mail.pk), about("failed", "4.4.7", "smtp; given up"))) == 0
    assert recorded(mail) == ("failed", "4.4.7", "smtp; given up", True)
    assert mail.is_temporary
    assert receive(delay) == 0
    assert recorded(mail)[0] == "failed"


def test_the_server_may_say_itself_to_whom_the_report_was_sent(mail: Mail) -> None:
    content = report("undisclosed-recipients:;", about("failed", "5.2.2"))
    assert receive(content, return_address(mail.pk).upper()) == 0
    assert recorded(mail)[:2] == ("failed", "5.2.2")


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_delivery_is_nothing_to_record(mail: Mail, action: str) -> None:
    assert receive(report(return_address(mail.pk), about(action, "2.0.0"))) == 0
    assert recorded(mail) == ("", "", "", False)


def test_what_names_no_action_goes_by_its_code(mail: Mail) -> None:
    block = "Final-Recipient: rfc822; ada@example.org\nDiagnostic-Code: smtp; 550 5.7.1 refused\x00 here"
    assert receive(report(return_address(mail.pk), block)) == 0
    assert recorded(mail) == ("failed", "5.7.1", "smtp; 550 5.7.1 refused here", True)


@pytest.mark.parametrize(
    "address",
    ["no-reply@localhost", "no-reply+{id}-0123456789abcdef@localhost", "no-reply+{id}@localhost", ""],
)
def test_a_forged_or_foreign_address_is_nobody(mail: Mail, address: str) -> None:
    content = report(address.format(id=mail.pk), about("failed", "5.1.1"))
    assert receive(content) == os.EX_NOUSER
    assert recorded(mail) == ("", "", "", False)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n\nI am on holiday until Monday.",
        b'Content-Type: multipart/report; boundary="x"\n\n--x\nContent-Type: message/delivery-status\n\n\x00\xff\xfe',
        b'Content-Type: multipart/report; boundary="x"\n\n--x\nContent-Type: message/delivery-status\n\nAction: banana',
        "Content-Type: multipart/report\n\nДоставка не удалась".encode(),
    ],
)
def test_what_is_no_report_is_refused_as_such(mail: Mail, body: bytes) -> None:
    content = b"To: " + return_address(mail.pk).encode() + b"\n" + body
    assert receive(content) == os.EX_DATAERR
    assert recorded(mail) == ("", "", "", False)


@pytest.mark.parametrize("depth", [100, 1500])
def test_parts_within_parts_without_end_are_no_report(mail: Mail, depth: int) -> None:
    nested = "".join(
        f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n' for level in range(depth)
    )
    head = f"To: {return_address(mail.pk)}\nContent-Type: multipart/report; boundary=top\n\n--top\n"
    assert receive(f"{head}{nested}".encode()) == os.EX_DATAERR


def test_rubbish_without_any_address_is_nobody_s() -> None:
    assert receive(os.urandom(20_000)) == os.EX_NOUSER
    assert receive(b"") == os.EX_NOUSER


def test_the_report_of_a_mail_that_is_kept_no_longer_is_taken_and_dropped(mail: Mail) -> None:
    address = return_address(mail.pk)
    mail.delete()
    assert receive(report(address, about("failed", "5.1.1"))) == 0


@pytest.mark.slow
def test_a_database_that_does_not_answer_lets_the_server_try_again(mail: Mail, tmp_path: Any) -> None:
    content = report(return_address(mail.pk), about("failed", "5.1.1"))
    keys = dict.fromkeys(("SECRET_KEY", "TICKET_KEY", "LOG_KEY", "SEAL_P12"), "trial")
    environment = {
        **os.environ,
        **keys,
        "SECRET_KEY": site_settings.SECRET_KEY,
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "DATA_DIR": str(tmp_path),
        "ALLOWED_HOSTS": "localhost",
        "SITE_URL": "http://localhost",
        "EMAIL_URL": "smtp://localhost",
        "DJANGO_SETTINGS_MODULE": "efus_conference.settings",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "receive_bounce"],
        input=content,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, b"The database does not answer" in done.stderr) == (os.EX_TEMPFAIL, True)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("Security, Democracy & Cities <c@example.org>", '"Security, Democracy & Cities" <c@example.org>'),
        ("c@example.org", "c@example.org"),
    ],
)
def test_a_sender_whose_name_has_a_comma_stays_one(monkeypatch: Any, value: str, read: str) -> None:
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", value)
    assert sender("DEFAULT_FROM_EMAIL", "") == read


@pytest.mark.parametrize("value", ["banana", "a@example.org, b@example.org", "Conference <c@>"])
def test_a_sender_that_is_none_stops_the_start(monkeypatch: Any, value: str) -> None:
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", value)
    with pytest.raises(ImproperlyConfigured, match="DEFAULT_FROM_EMAIL must look like"):
        sender("DEFAULT_FROM_EMAIL", "")
