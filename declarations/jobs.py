"""What the worker does by the clock for declarations."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from declarations.actions.forgetting import forget_what_is_over
from declarations.actions.sealing import LOCK, seal_what_changed, sweep_sealed
from declarations.actions.stage_publishing import publish_due
from declarations.log.alarms import look_for_silence


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


@app.periodic(cron="* * * * *")
@app.task(name="declarations.seal_what_changed", queue="mail", lock=LOCK, queueing_lock="seal_what_changed")
def seal_documents(timestamp: int) -> None:
    """The sealed PDFs of declarations whose text, signatures or log say something else by now."""
    seal_what_changed(at=timezone.now())


@app.periodic(cron="37 * * * *")
@app.task(name="declarations.sweep_sealed", queue="mail", queueing_lock="sweep_sealed")
def sweep_sealed_files(timestamp: int) -> None:
    """Files of sealed PDFs that no row names."""
    sweep_sealed(at=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="declarations.look_after_the_keeper", queue="mail", queueing_lock="look_after_the_keeper")
def look_after_the_keeper(timestamp: int) -> None:
    """That somebody signs what became public: a keeper that does not run can't say so itself."""
    look_for_silence(timezone.now())
