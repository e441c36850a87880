"""What the worker does by the clock for declarations."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from declarations.actions.forgetting import forget_what_is_over
from declarations.actions.stage_publishing import publish_due


@app.periodic(cron="7 3 * * *")
@app.task(name="declarations.forget_what_is_over", queue="mail", queueing_lock="forget_declarations")
def forget_old_records(timestamp: int) -> None:
    """What offices sent and is kept no longer: see `declarations.retention`."""
    forget_what_is_over(at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="declarations.publish_what_is_due", queue="mail", queueing_lock="publish_from_stage")
def publish_what_is_due(timestamp: int) -> None:
    """The net under `declarations.publish_from_stage`: also what waited for its scan, or for a withdrawal."""
    publish_due(at=timezone.now())
