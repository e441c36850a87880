"""The history of a registration as its keeper reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from efus_conference.templatetags.dates import moment_at
from programme.models import ReleasedSession
from registration.models import Registration, RegistrationEvent

Verb = RegistrationEvent.Verb
# What happens to someone without anybody doing it: the sentence is about them.
BY_THE_CLOCK = {
    Verb.OFFERED,
    Verb.EXPIRED,
    Verb.TOGETHER,
    Verb.SEAT_OFFERED,
    Verb.SEAT_EXPIRED,
    Verb.SEAT_CUT_OFF,
    Verb.SEAT_CLASH,
    Verb.CLASH_ENDED,
}


@dataclass(frozen=True)
class Told:
    at: datetime
    when: str
    who: str
    what: str
    about: str
    why: str = ""


def told(registration: Registration) -> list[Told]:
    """The newest first, in two queries; “A for B” where someone acted for another, never an organiser's name."""
    events = list(registration.events.select_related("actor"))
    codes = {event.detail["session"] for event in events if "session" in event.detail}
    sessions = {
        row.session.code: row
        for row in ReleasedSession.objects.select_related("session").filter(session__code__in=codes)
    }
    asked = {slug for event in events for slug in event.detail.get("questions", [])}
    questions = (
        {row.slug: row.text for row in registration.edition.questions.filter(slug__in=asked)} if asked else {}
    )
    lines = []
    for event in events:
        code = event.detail.get("session", "")
        about = sessions[code].title if code in sessions else code
        if fields := event.detail.get("fields"):
            about = ", ".join(_field_name(name) for name in fields)
        elif slugs := event.detail.get("questions"):
            about = ", ".join(questions.get(slug, _("press card")) for slug in slugs)
        if together := event.detail.get("together"):
            about = _together(together)
        lines.append(
            Told(
                event.at,
                moment_at(event.at, registration.edition),
                _who(event, registration),
                event.get_verb_display(),
                about,
                event.reason,
            )
        )
    return lines


def _field_name(name: str) -> str:
    return str(getattr(Registration._meta.get_field(name), "verbose_name", name))


def _together(how: str) -> str:
    return {
        "all": _("all of them or none"),
        "some": _("or some of them"),
        "cut_off": _("not any more since registration closed: places are offered one by one"),
    }.get(how, "")


def _who(event: RegistrationEvent, registration: Registration) -> str:
    actor = event.actor
    if actor is None and event.verb in BY_THE_CLOCK:
        return registration.name
    if actor is None:
        return _("Someone whose account is deleted")
    if actor.pk != registration.managed_by_id and actor.is_staff:
        return _("The organisers")
    if not event.is_on_behalf:
        return registration.name
    return _("%(actor)s for %(person)s") % {"actor": actor, "person": registration.name}
