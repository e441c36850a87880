"""The history of a registration as its keeper reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from efus_conference.templatetags.dates import moment_at
from programme.models import ReleasedSession
from registration.models import ConsentText, Registration, RegistrationEvent

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
    Verb.CERTIFIED,
}

PURPOSES = dict(ConsentText.Purpose.choices)
# What of an event's detail is the code of a session.
SESSIONS = ("session", "instead_of")


@dataclass(frozen=True)
class Told:
    at: datetime
    when: str
    who: str
    what: str
    about: str
    why: str = ""


def told(registration: Registration) -> list[Told]:
    """The newest first, in two to four queries; “A for B” where one acted for another, never an organiser's name."""
    events = list(registration.events.select_related("actor"))
    codes = {event.detail[key] for event in events for key in SESSIONS if key in event.detail}
    sessions = {
        row.session.code: row
        for row in ReleasedSession.objects.select_related("session").filter(session__code__in=codes)
    }
    asked = {slug for event in events for slug in event.detail.get("questions", [])}
    questions = (
        {row.slug: row.text for row in registration.edition.questions.filter(slug__in=asked)} if asked else {}
    )
    companions = companions_in(events)
    lines = []
    for event in events:
        code = event.detail.get("session", "")
        about = sessions[code].title if code in sessions else code
        if given := event.detail.get("instead_of"):
            about = instead_of(about, sessions[given].title if given in sessions else given)
        if fields := event.detail.get("fields"):
            about = ", ".join(_field_name(name) for name in fields)
        elif slugs := event.detail.get("questions"):
            about = ", ".join(questions.get(slug, _("press card")) for slug in slugs)
        if purposes := event.detail.get("purposes"):
            about = ", ".join(str(PURPOSES.get(purpose, purpose)) for purpose in purposes)
        if together := event.detail.get("together"):
            about = _together(together)
        if companion := event.detail.get("companion"):
            about = companions.get(companion, "")
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


def companions_in(events: Iterable[RegistrationEvent]) -> dict[int, str]:
    """The names of those whom the events name as companions, by their registrations."""
    ids = {event.detail["companion"] for event in events if "companion" in event.detail}
    if not ids:
        return {}
    return {row.pk: row.name for row in Registration.objects.filter(pk__in=ids).defer("needs")}


def instead_of(title: str, given: str) -> str:
    """Of a swap: what was booked, and what was given up for it."""
    return _("%(title)s, instead of %(given)s") % {"title": title, "given": given}


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
