"""What the worker does by the clock for those who take part."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from registration.actions import forget_identities, remind_of_identities
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
