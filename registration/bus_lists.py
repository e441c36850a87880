"""Who comes to a field visit: the list of its bus, and the one for the security service of the place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.models.organisations import country_name
from efus_conference.templatetags.dates import in_full
from programme.models import ReleasedSession
from programme.people import people_of
from registration.actions.identity import PersonAtVisit
from registration.lists import Column, List, Table
from registration.models import Registration, SeatPool
from registration.times import spoken_span


def bus_list(
    released: ReleasedSession, pool: SeatPool, people: Sequence[Registration], *, with_needs: bool = False
) -> List:
    """To be signed at the door of the bus. `people` have been read with their needs where these are printed."""
    columns = [Column(""), Column(_("Name"), 3), Column(_("Organisation"), 3), Column(_("Country"))]
    if with_needs:
        columns.append(Column(_("Access needs"), 3))
    rows = []
    for number, person in enumerate(people, start=1):
        row = [str(number), person.name, person.shown_organisation, country_name(person.country)]
        if with_needs:
            row.append(person.needs)
        rows.append([*row, ""])
    return List(
        edition=released.edition,
        heading=_("Bus list: %(title)s") % {"title": released.title},
        subheading=when_it_is(released),
        facts=visit_facts(released, pool),
        notes=seats_without_a_name(pool, people),
        tables=[Table([*columns, Column(_("Signature"), 3)], rows, is_signed=True)],
        is_confidential=with_needs,
        file_name=f"bus-list-{released.session.code}",
    )


def identity_list(released: ReleasedSession, pool: SeatPool, people: Sequence[PersonAtVisit]) -> List:
    """For the security service; who gave no document stands in it too, so that nobody is forgotten."""
    columns = [
        Column(""), Column(_("Name as in the document"), 3), Column(_("Date of birth")),
        Column(_("Document")), Column(_("Number"), 2), Column(_("Issued by")), Column(_("Registered as"), 3),
    ]  # fmt: skip
    rows = []
    for number, person in enumerate(people, start=1):
        document = person.document
        given = (
            [
                document.name,
                in_full(document.born_on),
                capfirst(document.get_kind_display()),
                document.number,
                country_name(document.country),
            ]
            if document
            else [_("Not given"), "", "", "", ""]
        )
        organisation = person.registration.shown_organisation
        named = ", ".join(part for part in (person.registration.name, organisation) if part)
        rows.append([str(number), *given, named])
    return List(
        edition=released.edition,
        heading=_("Visitors: %(title)s") % {"title": released.title},
        subheading=when_it_is(released),
        facts=visit_facts(released, pool),
        notes=seats_without_a_name(pool, [person.registration for person in people]),
        tables=[Table(columns, rows)],
        is_confidential=True,
        file_name=f"visitors-{released.session.code}",
    )


def visit_facts(released: ReleasedSession, pool: SeatPool) -> list[tuple[str, str]]:
    zone = released.edition.zone

    def clock(moment: datetime | None) -> str:
        return f"{moment.astimezone(zone):%H:%M}" if moment else ""

    hosts = [person.name for person in people_of(released, released.edition)]
    # Also when there are none any more: who planned some reads that none is given.
    has_wheelchairs = bool(pool.wheelchairs or released.wheelchair_places)
    wheelchairs = _("%(taken)d taken of %(capacity)d") % {
        "taken": pool.wheelchairs_taken,
        "capacity": pool.wheelchairs,
    }
    facts = [
        (_("Meeting point"), released.text("meeting_point") or (released.room.name if released.room else "")),
        (_("Departure"), clock(released.departs_at)),
        (_("Return"), clock(released.returns_at)),
        (
            _("Seats"),
            _("%(taken)d taken of %(capacity)d") % {"taken": pool.taken, "capacity": pool.capacity},
        ),
        (_("Wheelchair places"), wheelchairs if has_wheelchairs else ""),
        (_("Hosts"), ", ".join(hosts)),
        (_("How to get there"), released.text("how_to_get_there")),
        (_("Contact"), settings.CONTACT_EMAIL),
    ]
    return [(name, text) for name, text in facts if text]


def when_it_is(released: ReleasedSession) -> str:
    when = spoken_span(released.starts_at, released.ends_at, released.edition.zone)
    return _("Cancelled: %(when)s") % {"when": when} if released.is_cancelled else capfirst(when)


def seats_without_a_name(pool: SeatPool, people: Sequence[Registration]) -> list[str]:
    count = pool.taken - len(people)
    if count < 1:
        return []
    sentence = ngettext(
        "%(count)d more seat is taken for someone who is not named yet.",
        "%(count)d more seats are taken for people who are not named yet.",
        count,
    )
    return [sentence % {"count": count}]
