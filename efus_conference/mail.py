"""Mails: composed and sent by a job, in the reader's language, plain and HTML, with a masked copy kept.

An action calls `queue("registration/confirmation", registration_id=7)` inside its transaction: the job exists
exactly if the transaction is committed. The job's arguments are ids; the composer registered for the kind
reads the rows, makes links and tokens, and says who gets it. Delivery is at least once: a job that dies
between sending and keeping the copy sends again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone, translation
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Status

from efus_conference.bounces import return_address
from efus_conference.mail_server import deliver
from efus_conference.models import Mail


@dataclass(frozen=True)
class Letter:
    """One mail to one address. `secrets` are the texts the kept copy masks: tokens, codes, links with them."""

    to: str
    language: str
    context: dict[str, Any]
    secrets: tuple[str, ...] = ()
    attachments: tuple[tuple[str, bytes, str], ...] = ()  # file name, content, media type
    user_id: int | None = None
    # Ids beside those of the job by which the kept copy is found, such as that of the registration.
    concerns: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


MOST_ATTEMPTS = 8
TOGETHER = timedelta(minutes=5)  # within which several changes are told by one mail
TOO_LATE = timedelta(seconds=30)
Composer = Callable[..., Iterable[Letter]]
_composers: dict[str, Composer] = {}
_urgent: set[str] = set()
URGENT = 10  # a priority: jobs have 0 otherwise, and higher ones are done first


def composes(kind: str, *, is_urgent: bool = False) -> Callable[[Composer], Composer]:
    """Registers what composes a kind of mail, such as “registration/confirmation”.

    Its templates are `<app>/emails/<name>.subject.txt`, `.txt` and `.html`. An urgent one, for which somebody waits
    before a page, goes before all others: a thousand invitations may be queued.
    """

    def register(composer: Composer) -> Composer:
        _composers[kind] = composer
        if is_urgent:
            _urgent.add(kind)
        return composer

    return register


def queue(kind: str, **ids: int) -> None:
    """Queues a mail as part of the current transaction."""
    if kind not in _composers:
        raise LookupError(f"Nothing composes mails of the kind {kind}.")
    send.configure(priority=URGENT if kind in _urgent else 0).defer(kind=kind, ids=ids)


def queue_together(kind: str, **ids: int) -> None:
    """Queues a mail a few minutes from now, unless the same one waits already: it then tells of this too.

    For what people do several times in a row, and nobody may use to fill somebody else's mailbox. Call it with a row
    locked that the ids name, or two at once may queue two.
    """
    waiting = ProcrastinateJob.objects.filter(
        task_name=send.name,
        status="todo",
        args__kind=kind,
        args__ids=ids,
        # One that is about to run may have read its rows before this transaction is committed.
        scheduled_at__gt=timezone.now() + TOO_LATE,
    )
    if not waiting.exists():
        send.configure(schedule_in={"seconds": int(TOGETHER.total_seconds())}).defer(kind=kind, ids=ids)


def site_address(path: str) -> str:
    """The full address of a path of this site; never from a request's Host header, which a stranger may write."""
    return f"{settings.SITE_URL}{path}"


@app.task(
    name="mail.send",
    queue="mail",
    pass_context=True,
    retry=RetryStrategy(max_attempts=MOST_ATTEMPTS, exponential_wait=4),
)
def send(context: JobContext, kind: str, ids: dict[str, int]) -> None:
    """Composes and sends; a mail this very job already sent to an address in that language is not sent again."""
    job_id = context.job.id
    for letter in compose(kind, **ids):
        if Mail.objects.filter(job_id=job_id, to=letter.to, language=letter.language).exists():
            continue
        _send(kind, letter, job_id=job_id, ids=ids)


def compose(kind: str, **ids: int) -> Iterable[Letter]:
    """The letters of a kind, as its job would send them now."""
    return _composers[kind](**ids)


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(kind: str, letter: Letter) -> Rendered:
    """A letter in its language."""
    app_name, name = kind.split("/")
    template = f"{app_name}/emails/{name}"
    with translation.override(letter.language):
        values = {**letter.context, "site_url": settings.SITE_URL, "language": letter.language}
        subject = " ".join(render_to_string(f"{template}.subject.txt", values).split())
        # A tag on a line of its own leaves an empty line; more than one in a row is never meant.
        text = re.sub(r"\n{3,}", "\n\n", render_to_string(f"{template}.txt", values)).strip() + "\n"
        html = render_to_string(f"{template}.html", {**values, "subject": subject})
    return Rendered(subject, text, html)


def _send(kind: str, letter: Letter, *, job_id: int | None, ids: dict[str, int]) -> None:
    rendered = render(kind, letter)
    subject, text = rendered.subject, rendered.text
    mail_id = _next_mail_id()
    message = EmailMultiAlternatives(
        subject,
        text,
        # The envelope's sender: who cannot deliver it reports there, and the report names this very mail.
        from_email=return_address(mail_id),
        to=[letter.to],
        reply_to=[settings.CONTACT_EMAIL] if settings.CONTACT_EMAIL else None,
        # RFC 3834: no machine answers it.
        headers={
            "From": settings.DEFAULT_FROM_EMAIL,
            "Auto-Submitted": "auto-generated",
            **letter.headers,
        },
    )
    message.attach_alternative(rendered.html, "text/html")
    for attachment in letter.attachments:
        message.attach(*attachment)
    deliver(message)
    for secret in letter.secrets:
        text = text.replace(secret, "•••")
    Mail.objects.create(
        pk=mail_id,
        kind=kind,
        to=letter.to,
        language=letter.language,
        subject=subject[:300],
        text=text,
        user_id=letter.user_id,
        subject_ids={**ids, **letter.concerns},
        job_id=job_id,
    )


def _next_mail_id() -> int:
    """The id of the copy that is kept once the mail is sent: its address of return names it before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [Mail._meta.db_table])
        return int(cursor.fetchone()[0])


@app.periodic(cron="* * * * *")
@app.task(name="mail.take_up_stalled", queue="mail", queueing_lock="take_up_stalled", pass_context=True)
async def take_up_stalled(context: JobContext, timestamp: int) -> None:
    """Jobs whose worker was killed are done again, with a limit; those of the clock come again by themselves."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        if job.queueing_lock is not None:
            await manager.finish_job(job, Status.ABORTED, delete_job=True)
        elif job.attempts >= MOST_ATTEMPTS:
            await manager.finish_job(job, Status.FAILED, delete_job=False)
        else:
            await manager.retry_job(job)


class ReadableFileBackend(BaseEmailBackend):
    """Without a mail server, each mail is a file of its own in DATA_DIR/mail that any mail program opens."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            to = re.sub(r"[^\w.@-]", "_", message.to[0] if message.to else "nobody")[:80]
            stem = f"{timezone.now():%Y%m%d-%H%M%S-%f}-{to}"
            # What delivers a mail for good writes down where it came from (RFC 5321, 4.4).
            content = f"Return-Path: <{message.from_email}>\n".encode() + message.message().as_bytes()
            (folder / f"{stem}.eml").write_bytes(content)
        return len(email_messages)
