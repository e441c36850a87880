"""What the worker does by the clock for those who take part."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from registration.actions import forget_identities, remind_of_identities


@app.periodic(cron="7 * * * *")
@app.task(name="registration.remind_of_identities", queue="mail", queueing_lock="remind_of_identities")
def remind(timestamp: int) -> None:
    remind_of_identities(at=timezone.now())


@app.periodic(cron="23 3 * * *")
@app.task(name="registration.forget_identities", queue="mail", queueing_lock="forget_identities")
def forget(timestamp: int) -> None:
    forget_identities(at=timezone.now())
