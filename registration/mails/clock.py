"""What the worker does by the clock for those who take part."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from registration.actions import (
    drop_abandoned,
    forget_answers,
    forget_identities,
    remind_of_identities,
    sweep_files,
)
from registration.actions.certificates import tell_of_certificates
from registration.actions.telling import remind_of_the_conference, tell_of_changes


@app.periodic(cron="7 * * * *")
@app.task(name="registration.remind_of_identities", queue="mail", queueing_lock="remind_of_identities")
def remind(timestamp: int) -> None:
    remind_of_identities(at=timezone.now())


@app.periodic(cron="23 3 * * *")
@app.task(name="registration.forget_identities", queue="mail", queueing_lock="forget_identities")
def forget(timestamp: int) -> None:
    forget_identities(at=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="registration.tell_of_changes", queue="mail", queueing_lock="tell_of_changes")
def tell(timestamp: int) -> None:
    tell_of_changes(at=timezone.now())


@app.periodic(cron="11 * * * *")
@app.task(
    name="registration.remind_of_the_conference", queue="mail", queueing_lock="remind_of_the_conference"
)
def remind_everyone(timestamp: int) -> None:
    remind_of_the_conference(at=timezone.now())


@app.periodic(cron="41 3 * * *")
@app.task(name="registration.forget_answers", queue="mail", queueing_lock="forget_answers")
def forget_what_was_answered(timestamp: int) -> None:
    """Answers whose days are over, forms that were not sent, and files that no row names any more."""
    now = timezone.now()
    forget_answers(at=now)
    drop_abandoned(at=now)
    sweep_files(at=now)


@app.periodic(cron="17 * * * *")
@app.task(name="registration.tell_of_certificates", queue="mail", queueing_lock="tell_of_certificates")
def send_certificates(timestamp: int) -> None:
    tell_of_certificates(at=timezone.now())
