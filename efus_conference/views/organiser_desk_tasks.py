"""What waits for those who deal with people: registrations, offers, delegations, and the days of the desk."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.admin_menu import list_address, may_read
from efus_conference.models import Edition
from efus_conference.templatetags.dates import moment_at
from efus_conference.views.organiser_tasks import ROWS_SHOWN, Task, counted
from registration.models import (
    Accreditation,
    Booking,
    Delegation,
    DeskAlert,
    PlaceRequest,
    Registration,
    Wait,
)
from registration.models.answers import has_access_need
from registration.powers import DESK
from registration.states import Status


def places_asked_for(request: HttpRequest, edition: Edition) -> list[Task]:
    """Cities that ask for more places."""
    if not request.user.has_perm(DESK):
        return []
    asked = list(
        PlaceRequest.objects.filter(delegation__edition=edition, answered_at=None)
        .select_related("delegation__organisation")
        .order_by("asked_at", "pk")
    )
    if not asked:
        return []
    sentence = ngettext(
        "%(count)d city asks for more places.", "%(count)d cities ask for more places.", len(asked)
    )
    return [
        Task(
            sentence % {"count": len(asked)},
            list_address("registration.Delegation", f"names=asks&edition={edition.pk}"),
            [f"{one.delegation.organisation}: +{one.places}" for one in asked[:ROWS_SHOWN]],
        )
    ]


def registrations_to_approve(request: HttpRequest, edition: Edition) -> list[Task]:
    """Those of everyone but the press, on which its office decides."""
    if not request.user.has_perm(DESK):
        return []
    count, first = counted(
        Registration.objects.filter(edition=edition, status=Status.SUBMITTED, category__is_press=False)
        .order_by("submitted_at", "pk")
        .defer("needs")
    )
    if not count:
        return []
    sentence = ngettext(
        "%(count)d registration is to be approved.", "%(count)d registrations are to be approved.", count
    )
    return [
        Task(
            sentence % {"count": count},
            list_address(
                "registration.Registration", f"status__exact=submitted&decides=desk&edition={edition.pk}"
            ),
            [row.name for row in first],
        )
    ]


def press_to_accredit(request: HttpRequest, edition: Edition) -> list[Task]:
    if not may_read(request, "registration.Accreditation"):
        return []
    count, first = counted(
        Accreditation.objects.filter(edition=edition, status=Status.SUBMITTED, category__is_press=True)
        .select_related("press_card")
        .order_by("submitted_at", "pk")
        .defer("needs")
    )
    if not count:
        return []
    sentence = ngettext(
        "%(count)d journalist waits to be accredited.", "%(count)d journalists wait to be accredited.", count
    )
    return [
        Task(
            sentence % {"count": count},
            list_address("registration.Accreditation", f"status__exact=submitted&edition={edition.pk}"),
            [
                f"{row.name} · {card.medium}" if (card := getattr(row, "press_card", None)) else row.name
                for row in first
            ],
        )
    ]


def needs_without_reply(request: HttpRequest, edition: Edition) -> list[Task]:
    """Who told of an access need that nobody replied to, never of which; for those who may read them."""
    if not may_read(request, "registration.AccessNeed"):
        return []
    count, first = counted(
        Registration.objects.live()
        .filter(has_access_need(), edition=edition)
        .filter(Q(need_reply=None) | Q(need_reply__reply=""))
        .order_by("submitted_at", "pk")
        .defer("needs")
    )
    if not count:
        return []
    sentence = ngettext(
        "%(count)d access need has no reply yet.", "%(count)d access needs have no reply yet.", count
    )
    return [
        Task(
            sentence % {"count": count},
            list_address("registration.AccessNeed", f"reply=none&edition={edition.pk}"),
            [row.name for row in first],
        )
    ]


def clashing_bookings(request: HttpRequest, edition: Edition) -> list[Task]:
    if not may_read(request, "registration.Booking"):
        return []
    count = Booking.objects.filter(session__edition=edition, status=Booking.Status.CLASH).count()
    if not count:
        return []
    sentence = ngettext(
        "%(count)d booked seat overlaps another since a session moved.",
        "%(count)d booked seats overlap others since sessions moved.",
        count,
    )
    return [
        Task(
            sentence % {"count": count},
            list_address("registration.Booking", f"status__exact=clash&edition={edition.pk}"),
        )
    ]


def places_offered(request: HttpRequest, edition: Edition) -> list[Task]:
    """Places of categories that are kept for someone who has not answered yet, the first to expire first."""
    if not request.user.has_perm(DESK):
        return []
    count, first = counted(
        Registration.objects.filter(edition=edition, status=Status.APPROVED)
        .order_by("offer_until", "pk")
        .defer("needs")
    )
    if not count:
        return []
    sentence = ngettext(
        "%(count)d place is offered, and its answer is awaited.",
        "%(count)d places are offered, and their answers are awaited.",
        count,
    )
    return [
        Task(
            sentence % {"count": count},
            list_address("registration.Registration", f"status__exact=approved&edition={edition.pk}"),
            [_until(row.name, row.offer_until, edition) for row in first],
        )
    ]


def seats_offered(request: HttpRequest, edition: Edition) -> list[Task]:
    """Seats that are kept for the first in line, by session."""
    if not may_read(request, "registration.Wait"):
        return []
    count, first = counted(
        Wait.objects.offered()
        .filter(session__edition=edition)
        .select_related("session")
        .order_by("offer_until", "pk")
    )
    if not count:
        return []
    sentence = ngettext(
        "%(count)d seat is offered to who is first in line, and its answer is awaited.",
        "%(count)d seats are offered to those who are first in line, and their answers are awaited.",
        count,
    )
    return [
        Task(
            sentence % {"count": count},
            list_address("registration.Wait", f"status__exact=offered&edition={edition.pk}"),
            [_until(str(row.session), row.offer_until, edition) for row in first],
        )
    ]


def cities_without_delegate(request: HttpRequest, edition: Edition) -> list[Task]:
    """Delegations none of whose places has a person yet."""
    if not may_read(request, "registration.Delegation"):
        return []
    people = Registration.objects.live().filter(place__delegation=OuterRef("pk"))
    count, first = counted(
        Delegation.objects.filter(~Exists(people), edition=edition)
        .select_related("organisation")
        .order_by("organisation__name", "pk")
    )
    if not count:
        return []
    sentence = ngettext(
        "%(count)d city has a delegation and named no delegate yet.",
        "%(count)d cities have a delegation and named no delegate yet.",
        count,
    )
    return [
        Task(
            sentence % {"count": count},
            list_address("registration.Delegation", f"names=none&edition={edition.pk}"),
            [str(row.organisation) for row in first],
        )
    ]


def desk_alerts(request: HttpRequest, edition: Edition) -> list[Task]:
    """What a desk or door showed that should not have been shown, and nobody looked into."""
    if not may_read(request, "registration.DeskAlert"):
        return []
    count, first = counted(
        DeskAlert.objects.filter(edition=edition, seen_at=None)
        .select_related("device")
        .order_by("-received_at", "pk")
    )
    if not count:
        return []
    sentence = ngettext(
        "%(count)d alert of the desk waits for somebody to look into it.",
        "%(count)d alerts of the desk wait for somebody to look into them.",
        count,
    )
    return [
        Task(
            sentence % {"count": count},
            list_address("registration.DeskAlert", f"seen_at__isempty=1&edition={edition.pk}"),
            [
                " · ".join(
                    str(part)
                    for part in (moment_at(row.at, edition), row.get_kind_display(), row.device)
                    if part
                )
                for row in first
            ],
        )
    ]


def _until(name: str, moment: datetime, edition: Edition) -> str:
    return _("%(name)s, until %(when)s") % {"name": name, "when": moment_at(moment, edition)}
