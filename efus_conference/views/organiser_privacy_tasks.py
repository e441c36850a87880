"""What the clock is about to delete, told to those who can still keep it for longer."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from efus_conference.templatetags.dates import in_full
from efus_conference.views.organiser_tasks import Task
from registration.actions.retention import MANAGE
from registration.retention import announced


def deleted_soon(request: HttpRequest) -> list[Task]:
    """A task for each edition of which something goes next; of every edition, since it is those of the past."""
    if not request.user.has_perm(MANAGE):
        return []
    table = reverse("admin:registration_retentionrule_table")
    return [
        Task(
            _("Personal data of %(edition)s is about to be deleted for good.") % {"edition": edition},
            f"{table}?edition={edition.slug}",
            [
                _("%(day)s: %(what)s (%(rows)d)")
                % {
                    "day": in_full(trial.due_on) if trial.due_on else "",
                    "what": trial.get_what_display(),
                    "rows": trial.rows,
                }
                for trial in trials
            ],
        )
        for edition, trials in groupby(announced(), key=lambda trial: trial.edition)
    ]
