"""Lists for the days themselves: of everybody, should nothing else work, of those expected at a session's door, and the
sheets of attendance that the European Union asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db.models import Min
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.models import Edition, Project
from efus_conference.models.organisations import country_name
from efus_conference.templatetags.dates import in_full
from programme.models import ReleasedSession
from registration.actions.tickets import tickets_for
from registration.bus_lists import seats_without_a_name, visit_facts, when_it_is
from registration.lists import Column, List, Table
from registration.models import CheckIn, Registration, SeatPool
from registration.times import spoken_clock

BOX = "\N{WHITE SQUARE}"


def paper_list(edition: Edition) -> List:
    """Everybody by name, with a box for each day and the code that stands on their badge."""
    people = _who_takes_part(edition)
    tickets = tickets_for(people)
    days = edition.days()
    columns = [
        *(Column(f"{WEEKDAYS_ABBR[day.weekday()]} {day.day}", is_box=True) for day in days),
        Column(_("Family name"), 2),
        Column(_("Given name"), 2),
        Column(_("Organisation"), 3),
        Column(_("Takes part as"), 2),
        Column(_("Code")),
    ]
    rows = [
        [
            *(BOX for _day in days),
            person.family_name,
            person.given_name,
            _where_from(person),
            _as_what(person),
            tickets[person.pk].shown_code if person.pk in tickets else "",
        ]
        for person in people
    ]
    return List(
        edition=edition,
        heading=_("Everyone who takes part"),
        notes=[
            _people(len(rows)),
            _(
                "Tick who comes. Type it in afterwards, under “From the paper list” in the admin: it counts the same."
            ),
        ],
        tables=[Table(columns, rows)],
        is_confidential=True,
        file_name=f"people-{edition.slug}",
    )


def door_list(released: ReleasedSession, pool: SeatPool, people: Sequence[Registration]) -> List:
    """Who has a seat in a session, to be ticked at its door."""
    columns = [
        Column("", is_box=True),
        Column(_("Family name"), 2),
        Column(_("Given name"), 2),
        Column(_("Organisation"), 3),
        Column(_("Takes part as"), 2),
    ]
    rows = [
        [BOX, person.family_name, person.given_name, person.shown_organisation, _as_what(person)]
        for person in people
    ]
    facts = visit_facts(released, pool)
    if not released.text("meeting_point"):  # else the room is not where one meets
        room = released.room.name if released.room else ""
        facts = [(_("Room"), room), *(fact for fact in facts if fact[0] != _("Meeting point"))]
    return List(
        edition=released.edition,
        heading=_("At the door: %(title)s") % {"title": released.title},
        subheading=when_it_is(released),
        facts=[fact for fact in facts if fact[1]],
        notes=seats_without_a_name(pool, people),
        tables=[Table(columns, rows)],
        is_confidential=True,
        file_name=f"door-list-{released.session.code}",
    )


def attendance_sheet(edition: Edition, day: date, project: Project | None = None) -> List:
    """Everyone who takes part, to be signed on that day."""
    people = _who_takes_part(edition)
    columns = [*_attendance_columns(), Column(_("Signature"), 3)]
    rows = [[*row, ""] for row in _attendance_rows(people)]
    return List(
        edition=edition,
        heading=_("Attendance sheet"),
        subheading=in_full(day),
        facts=_attendance_facts(edition, project),
        notes=_disclaimer(project),
        tables=[Table(columns, rows, is_signed=True)],
        file_name=f"attendance-{edition.slug}-{day.isoformat()}",
    )


def attendance_as_it_was(edition: Edition, day: date, project: Project | None = None) -> List:
    """Those who were checked in on that day, at the entrance or in a session, each with the first time."""
    first = first_check_ins(edition, day)
    people = list(
        Registration.objects.filter(pk__in=first)
        .select_related("organisation", "category", "place__delegation__organisation")
        .defer("needs")
        .by_name()
    )
    rows = [
        [*row, spoken_clock(first[person.pk], edition.zone)]
        for row, person in zip(_attendance_rows(people), people, strict=True)
    ]
    return List(
        edition=edition,
        heading=_("Attendance as it was"),
        subheading=in_full(day),
        facts=_attendance_facts(edition, project),
        notes=[_were_there(len(rows)), *_disclaimer(project)],
        tables=[Table([*_attendance_columns(), Column(_("Checked in at"))], rows)],
        file_name=f"attendance-as-it-was-{edition.slug}-{day.isoformat()}",
    )


def first_check_ins(edition: Edition, day: date) -> dict[int, datetime]:
    """When each person was first seen on that day, by registration."""
    rows = CheckIn.objects.standing().filter(edition=edition, day=day)
    # Without its own order, by which the rows would be grouped as well.
    return dict(rows.order_by().values_list("registration").annotate(first=Min("at")))


def _who_takes_part(edition: Edition) -> list[Registration]:
    return list(
        Registration.objects.confirmed()
        .filter(edition=edition, erased_at=None)
        .select_related("organisation", "category", "place__delegation__organisation")
        .defer("needs")
        .by_name()
    )


def _where_from(person: Registration) -> str:
    if person.shown_organisation or person.erased_at is not None or person.place.delegation is None:
        return person.shown_organisation
    return str(person.place.delegation.organisation)


def _as_what(person: Registration) -> str:
    return capfirst(person.place.get_companion_kind_display() or str(person.category))


def _attendance_columns() -> list[Column]:
    return [
        Column("", is_number=True),
        Column(_("Family name"), 2),
        Column(_("Given name"), 2),
        Column(_("Organisation"), 3),
        Column(_("Country")),
    ]


def _attendance_rows(people: Collection[Registration]) -> list[list[str]]:
    return [
        [
            str(number),
            # In the order of the list, so that one finds oneself in a queue. “erased person” is a name alone.
            person.family_name or person.name,
            person.given_name,
            _where_from(person),
            country_name(person.country),
        ]
        for number, person in enumerate(people, start=1)
    ]


def _attendance_facts(edition: Edition, project: Project | None) -> list[tuple[str, str]]:
    conference = f"{_('Security, Democracy & Cities')}, {edition.name}"
    place = ", ".join(part for part in (edition.venue, edition.place) if part)
    facts = [(_("Event"), conference), (_("Place"), place)]
    if project is not None:
        facts += [
            (_("Project"), f"{project.acronym}: {project.name}"),
            (_("Grant number"), project.grant),
            (_("Funded by"), project.funded_by),
        ]
    return [(name, text) for name, text in facts if text]


def _disclaimer(project: Project | None) -> list[str]:
    return [project.disclaimer] if project is not None and project.disclaimer else []


def _people(count: int) -> str:
    return ngettext("%(count)d person.", "%(count)d people.", count) % {"count": count}


def _were_there(count: int) -> str:
    sentence = ngettext("%(count)d person was there.", "%(count)d people were there.", count)
    return sentence % {"count": count}
