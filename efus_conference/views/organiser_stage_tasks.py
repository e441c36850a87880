"""What a ceremony leaves to the officers: whom to clear, what waits to be confirmed, scans that are to follow."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext

from declarations.models import Ceremony, Evidence, Signature
from efus_conference.admin_menu import may_read
from efus_conference.views.organiser_tasks import Task

STANDING = (Signature.State.CONFIRMED, Signature.State.VERIFIED)


def ceremonies(request: HttpRequest) -> list[Task]:
    """Of each ceremony one task at most for each page that somebody should open."""
    if not may_read(request, "declarations.Ceremony"):
        return []
    page = Evidence.objects.filter(signature=OuterRef("signings__signature"), kind=Evidence.Kind.SIGNED_PAGE)
    undone = Q(signings__signature__state=Signature.State.CONFIRMED)
    rows = (
        Ceremony.objects.select_related("declaration")
        .annotate(
            to_clear=Count("signings", Q(signings__cleared_by=None, ended_at=None)),
            to_confirm=Count("signings", Q(signings__signed_at__isnull=False, signings__confirmed_at=None)),
            scans=Count("signings", Q(signings__scan_follows=True, signings__signature__state__in=STANDING)),
            stuck=Count("signings", undone & Q(~Exists(page), signings__scan_follows=False)),
        )
        .order_by("pk")
    )
    return [task for ceremony in rows for task in _tasks_of(ceremony)]


def _tasks_of(ceremony: Any) -> list[Task]:
    said = [
        (
            ceremony.to_clear,
            "list",
            ngettext(
                "%(count)d signatory of a ceremony is not cleared for the stage yet.",
                "%(count)d signatories of a ceremony are not cleared for the stage yet.",
                ceremony.to_clear,
            ),
        ),
        (
            ceremony.to_confirm,
            "confirm",
            ngettext(
                "%(count)d signature was recorded on stage and waits for a second officer.",
                "%(count)d signatures were recorded on stage and wait for a second officer.",
                ceremony.to_confirm,
            ),
        ),
        (
            ceremony.stuck,
            "stage",
            ngettext(
                "%(count)d signature from the stage is not published before its scan is added or said to follow.",
                "%(count)d signatures from the stage are not published before their scans are added or said to follow.",
                ceremony.stuck,
            ),
        ),
        (
            ceremony.scans,
            "stage",
            ngettext(
                "The scan of %(count)d signature from the stage is still to follow.",
                "The scans of %(count)d signatures from the stage are still to follow.",
                ceremony.scans,
            ),
        ),
    ]
    return [
        Task(
            sentence % {"count": count},
            reverse(f"admin:declarations_ceremony_{page}", args=[ceremony.pk]),
            [str(ceremony)],
        )
        for count, page, sentence in said
        if count
    ]
