"""What the days themselves need: before the doors open, and once they have closed for good."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.admin_menu import list_address, may_read
from efus_conference.models import Edition
from efus_conference.views.organiser_tasks import Task
from registration.actions.retention import MANAGE
from registration.actions.tickets import PRINT
from registration.models import DeskLink, DeskPassphrase, EditionClosing, HeadsetLoan, Registration, Ticket

SOON = timedelta(days=7)  # before the first day


def before_the_doors_open(request: HttpRequest, edition: Edition, now: datetime) -> list[Task]:
    """From a week before until the last day: what no desk opens without, and the badges."""
    today = now.astimezone(edition.zone).date()
    if edition.starts_on is None or edition.ends_on is None:
        return []
    if not edition.starts_on - SOON <= today <= edition.ends_on:
        return []
    tasks = []
    has_passphrase = DeskPassphrase.objects.filter(edition=edition).exists()
    if not has_passphrase and request.user.has_perm("registration.add_deskpassphrase"):
        address = f"{reverse('admin:registration_deskpassphrase_add')}?edition={edition.pk}"
        tasks.append(Task(_("The desk has no passphrase: without one its list does not open."), address))
    day = max(today, edition.starts_on)
    has_link = DeskLink.objects.filter(edition=edition, day=day, revoked_at=None).exists()
    if not has_link and request.user.has_perm("registration.add_desklink"):
        address = f"{reverse('admin:registration_desklink_add')}?edition={edition.pk}&day={day}"
        tasks.append(Task(_("Volunteers have no link for the next day of the desk."), address))
    if request.user.has_perms([PRINT, "registration.view_registration"]):
        printed = Ticket.objects.standing().filter(registration=OuterRef("pk"), printed_at__isnull=False)
        people = Registration.objects.confirmed().filter(~Exists(printed), edition=edition, erased_at=None)
        if count := people.count():
            sentence = ngettext(
                "%(count)d badge is not printed yet.", "%(count)d badges are not printed yet.", count
            )
            address = f"{reverse('admin:registration_registration_badges')}?edition={edition.slug}"
            tasks.append(Task(sentence % {"count": count}, address))
    return tasks


def once_it_is_over(request: HttpRequest, edition: Edition) -> list[Task]:
    """Headsets that somebody still has, and the figures that outlive the people."""
    tasks = []
    lent = HeadsetLoan.objects.filter(edition=edition, returned_at=None).count()
    if lent and may_read(request, "registration.HeadsetLoan"):
        sentence = ngettext(
            "%(count)d headset did not come back.", "%(count)d headsets did not come back.", lent
        )
        query = f"edition={edition.pk}&returned_at__isnull=True"
        tasks.append(Task(sentence % {"count": lent}, list_address("registration.HeadsetLoan", query)))
    is_counted = EditionClosing.objects.filter(edition=edition).exists()
    if not is_counted and request.user.has_perm(MANAGE):
        table = reverse("admin:registration_retentionrule_table")
        sentence = _("Who took part was not counted yet. Count it before names are deleted.")
        tasks.append(Task(sentence, f"{table}?edition={edition.slug}"))
    return tasks
