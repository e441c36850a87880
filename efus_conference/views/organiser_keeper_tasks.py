"""What nobody takes care of any more: delegations without a coordinator, people whose keeper was erased."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import ngettext

from efus_conference.admin_menu import list_address
from efus_conference.models import Edition
from efus_conference.views.organiser_tasks import ROWS_SHOWN, Task
from registration.models import Delegation, Registration
from registration.powers import DESK


def without_coordinator(request: HttpRequest, edition: Edition) -> list[Task]:
    """Cities with people or places, and nobody who coordinates them."""
    if not request.user.has_perm(DESK):
        return []
    rows = Delegation.objects.filter(edition=edition, coordinator=None).select_related("organisation")
    delegations = list(rows.order_by("pk"))
    if not delegations:
        return []
    sentence = ngettext(
        "%(count)d delegation is without a coordinator.",
        "%(count)d delegations are without a coordinator.",
        len(delegations),
    )
    return [
        Task(
            sentence % {"count": len(delegations)},
            list_address("registration.Delegation", f"edition={edition.pk}"),
            [str(one.organisation) for one in delegations[:ROWS_SHOWN]],
        )
    ]


def without_keeper(request: HttpRequest, edition: Edition) -> list[Task]:
    """People who take part and whose registration was kept by somebody who is erased."""
    if not request.user.has_perm(DESK):
        return []
    rows = Registration.objects.live().filter(
        edition=edition, erased_at=None, managed_by__erased_at__isnull=False
    )
    people = list(rows.defer("needs").by_name())
    if not people:
        return []
    sentence = ngettext(
        "%(count)d person has nobody who keeps the registration.",
        "%(count)d people have nobody who keeps the registration.",
        len(people),
    )
    # Their keepers' addresses all end so.
    query = f"edition={edition.pk}&q=erased.invalid"
    return [
        Task(
            sentence % {"count": len(people)},
            list_address("registration.Registration", query),
            [row.name for row in people[:ROWS_SHOWN]],
        )
    ]
