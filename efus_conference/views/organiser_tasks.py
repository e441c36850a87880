"""What waits for organisers: each a sentence and the list to work through, for those who may."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Window
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations.models import Signature, Withdrawal
from efus_conference.admin_menu import list_address, may_read
from efus_conference.models import Edition, Mail, User
from programme.actions import differences
from programme.models import Appearance, Material
from registration.models import Registration

ROWS_SHOWN = 8
BOUNCES_SHOWN = timedelta(days=60)


@dataclass(frozen=True)
class Task:
    """Something that waits: a sentence, and the list to work through."""

    sentence: str
    address: str
    details: list[str] = field(default_factory=list)


def counted(rows: QuerySet[Any]) -> tuple[int, list[Any]]:
    """How many there are and the first of them, in one query however many."""
    first = list(rows.annotate(in_all=Window(Count("pk")))[:ROWS_SHOWN])
    return (first[0].in_all if first else 0), first


def signatures_to_verify(request: HttpRequest) -> list[Task]:
    if not may_read(request, "declarations.Signature"):
        return []
    count, first = counted(
        Signature.objects.to_verify()
        .select_related("signatory__organisation", "signatory__declaration")
        .order_by("made_at")
    )
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
            [f"{row.signatory.organisation} · {row.signatory.declaration}" for row in first],
        )
    ]


def withdrawals_to_decide(request: HttpRequest) -> list[Task]:
    if not may_read(request, "declarations.Withdrawal"):
        return []
    count, first = counted(
        Withdrawal.objects.open()
        .select_related("signature__signatory__organisation", "signature__signatory__declaration")
        .order_by("entered_at")
    )
    if not count:
        return []
    return [
        Task(
            ngettext(
                "%(count)d office wishes to withdraw its signature.",
                "%(count)d offices wish to withdraw their signatures.",
                count,
            )
            % {"count": count},
            list_address("declarations.Withdrawal", "outcome__exact="),
            [f"{row.signature.signatory} · {row.signature.signatory.declaration}" for row in first],
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
        Mail.objects.readable_by(request.user)
        .undelivered()
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
