"""What waits for organisers: each a sentence and the list to work through, for those who may."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations.models import Signature
from efus_conference.admin_menu import list_address, may_read
from efus_conference.models import Edition, Mail, User
from programme.actions import differences
from programme.models import Appearance, Material
from registration.models import Accreditation, Booking, PlaceRequest, Registration
from registration.models.answers import has_access_need
from registration.powers import DESK
from registration.states import Status

ROWS_SHOWN = 8
BOUNCES_SHOWN = timedelta(days=60)


@dataclass(frozen=True)
class Task:
    """Something that waits: a sentence, and the list to work through."""

    sentence: str
    address: str
    details: list[str] = field(default_factory=list)


def signatures_to_verify(request: HttpRequest) -> list[Task]:
    if not may_read(request, "declarations.Signature"):
        return []
    waiting = (
        Signature.objects.to_verify()
        .select_related("signatory__organisation", "signatory__declaration")
        .order_by("made_at")
    )
    count = waiting.count()
    if not count:
        return []
    return [
        Task(
            ngettext(
                "%(count)d signature waits to be verified.",
                "%(count)d signatures wait to be verified.",
                count,
            )
            % {"count": count},
            list_address("declarations.Signature", "state__in=submitted,under_review"),
            [f"{row.signatory.organisation} · {row.signatory.declaration}" for row in waiting[:ROWS_SHOWN]],
        )
    ]


def failed_jobs(request: HttpRequest) -> list[Task]:
    if not may_read(request, "procrastinate.ProcrastinateJob"):
        return []
    count = ProcrastinateJob.objects.filter(status="failed").count()
    if not count:
        return []
    sentence = ngettext(
        "%(count)d job failed for good: its mail was not sent.",
        "%(count)d jobs failed for good: their mails were not sent.",
        count,
    )
    address = list_address("procrastinate.ProcrastinateJob", "status__exact=failed")
    return [Task(sentence % {"count": count}, address)]


def undelivered_mails(request: HttpRequest) -> list[Task]:
    """The addresses to which mails come back: someone should find the right ones.

    Those nobody uses any more are over: the account or the registration has another one by now.
    """
    if not may_read(request, "efus_conference.Mail"):
        return []
    account = User.objects.filter(email__iexact=OuterRef("to"))
    person = Registration.objects.live().filter(email__iexact=OuterRef("to"))
    is_left = Q(subject_ids__has_key="registration_id") & ~Exists(account) & ~Exists(person)
    failed = (
        Mail.objects.undelivered()
        .filter(bounced_at__gt=timezone.now() - BOUNCES_SHOWN)
        .exclude(is_left)
        .order_by("-bounced_at", "pk")
        .values_list("to", "bounce_status")
    )
    # Of several that came back from one address, the last.
    addresses = list(dict(reversed(list(failed))).items())[::-1]
    if not addresses:
        return []
    sentence = ngettext(
        "E-mails to %(count)d address could not be delivered.",
        "E-mails to %(count)d addresses could not be delivered.",
        len(addresses),
    )
    return [
        Task(
            sentence % {"count": len(addresses)},
            list_address("efus_conference.Mail", "bounce__exact=failed&handled_at__isempty=1"),
            [f"{address} ({status})" for address, status in addresses[:ROWS_SHOWN]],
        )
    ]


def draft_not_released(request: HttpRequest, edition: Edition) -> list[Task]:
    if not may_read(request, "programme.Session"):
        return []
    changes = differences(edition=edition)
    if not changes:
        return []
    sentence = ngettext(
        "%(count)d session differs from what the public sees: release it when it is ready.",
        "%(count)d sessions differ from what the public sees: release them when they are ready.",
        len(changes),
    )
    return [
        Task(
            sentence % {"count": len(changes)},
            list_address("programme.Session", f"edition__id__exact={edition.pk}"),
            [change.after.title for change in changes[:ROWS_SHOWN]],
        )
    ]


def speakers_who_declined(request: HttpRequest, edition: Edition) -> list[Task]:
    if not may_read(request, "programme.Speaker"):
        return []
    declined = list(
        Appearance.objects.filter(
            session__edition=edition, answer=Appearance.Answer.DECLINED, session__is_cancelled=False
        ).select_related("speaker", "session")
    )
    if not declined:
        return []
    sentence = ngettext(
        "%(count)d speaker declined and still stands in the session.",
        "%(count)d speakers declined and still stand in their sessions.",
        len(declined),
    )
    return [
        Task(
            sentence % {"count": len(declined)},
            list_address("programme.Speaker", "answer=declined"),
            [f"{one.speaker}: {one.session}" for one in declined[:ROWS_SHOWN]],
        )
    ]


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


def handed_in(request: HttpRequest, edition: Edition) -> list[Task]:
    if not may_read(request, "programme.Material"):
        return []
    waiting = list(
        Material.objects.filter(
            session__edition=edition, is_published=False, handed_in_by__isnull=False
        ).select_related("session")
    )
    if not waiting:
        return []
    sentence = ngettext(
        "%(count)d file that a speaker handed in is not published.",
        "%(count)d files that speakers handed in are not published.",
        len(waiting),
    )
    return [
        Task(
            sentence % {"count": len(waiting)},
            list_address("programme.Material", "state=waiting"),
            [f"{one.session}: {one}" for one in waiting[:ROWS_SHOWN]],
        )
    ]


def registrations_to_approve(request: HttpRequest, edition: Edition) -> list[Task]:
    """Those of everyone but the press, on which its office decides."""
    if not request.user.has_perm(DESK):
        return []
    waiting = (
        Registration.objects.filter(edition=edition, status=Status.SUBMITTED, category__is_press=False)
        .order_by("submitted_at", "pk")
        .defer("needs")
    )
    count = waiting.count()
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
            [row.name for row in waiting[:ROWS_SHOWN]],
        )
    ]


def press_to_accredit(request: HttpRequest, edition: Edition) -> list[Task]:
    if not may_read(request, "registration.Accreditation"):
        return []
    waiting = (
        Accreditation.objects.filter(edition=edition, status=Status.SUBMITTED, category__is_press=True)
        .select_related("press_card")
        .order_by("submitted_at", "pk")
        .defer("needs")
    )
    count = waiting.count()
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
                for row in waiting[:ROWS_SHOWN]
            ],
        )
    ]


def needs_without_reply(request: HttpRequest, edition: Edition) -> list[Task]:
    """Who told of an access need that nobody replied to, never of which; for those who may read them."""
    if not may_read(request, "registration.AccessNeed"):
        return []
    waiting = (
        Registration.objects.live()
        .filter(has_access_need(), edition=edition)
        .filter(Q(need_reply=None) | Q(need_reply__reply=""))
        .order_by("submitted_at", "pk")
        .defer("needs")
    )
    count = waiting.count()
    if not count:
        return []
    sentence = ngettext(
        "%(count)d access need has no reply yet.", "%(count)d access needs have no reply yet.", count
    )
    return [
        Task(
            sentence % {"count": count},
            list_address("registration.AccessNeed", f"reply=none&edition={edition.pk}"),
            [row.name for row in waiting[:ROWS_SHOWN]],
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
