"""What the worker does by the clock for registrations and seats."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from registration.actions import expire_places, settle
from registration.actions.decision_runs import sweep_runs
from registration.actions.retention import run_what_is_due


@app.periodic(cron="* * * * *")
@app.task(name="registration.settle", queue="mail", queueing_lock="settle")
def settle_what_is_due(timestamp: int) -> None:
    """Offers that expire, groups that are cut off, lists that close, clashes whose time is over."""
    settle(at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="registration.expire_places", queue="mail", queueing_lock="expire_places")
def offer_places_on(timestamp: int) -> None:
    """Places of categories whose offers expire, and those that groups gathered until their cut-off."""
    expire_places(at=timezone.now())


@app.periodic(cron="47 2 * * *")
@app.task(name="registration.forget_what_is_over", queue="mail", queueing_lock="forget_what_is_over")
def forget_what_is_over(timestamp: int) -> None:
    """Periods of retention that ended, in the small hours: see `registration.retention`."""
    run_what_is_due(at=timezone.now())


@app.periodic(cron="23 2 * * *")
@app.task(name="registration.sweep_runs", queue="mail", queueing_lock="sweep_runs")
def sweep_old_runs(timestamp: int) -> None:
    """Decisions on many that are over for a day."""
    sweep_runs()
