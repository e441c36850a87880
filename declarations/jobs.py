"""What the worker does by the clock for declarations."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from declarations.actions.forgetting import forget_what_is_over


@app.periodic(cron="7 3 * * *")
@app.task(name="declarations.forget_what_is_over", queue="mail", queueing_lock="forget_declarations")
def forget_old_records(timestamp: int) -> None:
    """What offices sent and is kept no longer: see `declarations.retention`."""
    forget_what_is_over(at=timezone.now())
