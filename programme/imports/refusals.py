"""Why a schedule is not imported, in sentences an organiser can act on."""

from __future__ import annotations

from django.utils.translation import gettext as _

LONGEST_NAME = 80


class ScheduleRefused(Exception):  # noqa: N818 - a refusal is no error
    """`message` is the sentence; nothing was written."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SessionRefused(ScheduleRefused):
    """One session of the file is in the way of all; `name` is its title, or else its guid."""

    def __init__(self, name: str, problem: str) -> None:
        shown = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
        sentence = _("The session “%(session)s” can't be imported, so none was. %(problem)s")
        super().__init__(sentence % {"session": shown, "problem": problem})


def no_schedule() -> ScheduleRefused:
    return ScheduleRefused(_("This file is neither a schedule.xml nor a schedule.json."))
