from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from declarations.actions import begin_round, invite
from declarations.actions.names import look_at_name
from declarations.models import Invitation, InvitationRun
from declarations.name_checks import as_looked_at
from efus_conference.models import User
from tests import factories
from tests.declarations.making import invited, office, officer, published

pytestmark = pytest.mark.django_db
OURS = ("declined", "have not answered", "has not answered", "round of")


def tasks(user: User) -> list[tuple[str, str]]:
    client = Client()
    client.force_login(user)
    found = client.get("/admin/").context["tasks"]
    return [(task.sentence, task.address) for task in found if any(word in task.sentence for word in OURS)]


def test_an_officer_is_told_who_declined_who_is_due_and_which_round_goes_on() -> None:
    declaration, by = published(), officer(is_superuser=True)
    due, declined, _fresh = (invited(office(declaration, by=by), by=by)[0] for _n in range(3))
    now = timezone.now()
    Invitation.objects.filter(pk=due.pk).update(sent_at=now - timedelta(days=7))
    Invitation.objects.filter(pk=declined.pk).update(declined_at=now)
    run = begin_round(
        declaration=declaration, what=InvitationRun.What.REMIND, signatory_ids=[due.signatory_id], by=by
    )
    page = f"/admin/declarations/declaration/{declaration.pk}/campaign/"
    assert tasks(by) == [
        ("1 office declined to sign.", "/admin/declarations/invitation/?declined_at__isempty=0"),
        ("1 office has not answered its invitation for a week.", f"{page}?needs=reminder#offices"),
        (
            "A round of invitations or reminders is going on: 1 office waits for its turn.",
            f"{page}round/{run.pk}/",
        ),
    ]
    other = officer()
    other.user_permissions.set(Permission.objects.filter(codename="view_signature"))
    assert tasks(other) == []


def test_an_office_that_declined_and_was_invited_again_waits_for_nobody() -> None:
    by = officer(is_superuser=True)
    invitation, _token = invited(by=by)
    Invitation.objects.filter(pk=invitation.pk).update(declined_at=timezone.now())
    invite(signatory=invitation.signatory, by=by)
    assert tasks(by) == []


def test_names_to_look_at_are_named_on_the_first_page_until_somebody_did() -> None:
    by, declaration = officer(is_superuser=True), published()
    first = office(declaration, organisation=factories.organisation(name_en="Turin"))
    second = office(declaration, organisation=factories.organisation(name_en="Turin (city)"))
    client = Client()
    client.force_login(by)

    def shown() -> list[list[str]]:
        tasks_of = client.get("/admin/").context["tasks"]
        return [task.details for task in tasks_of if task.address.endswith("?name=look")]

    before = shown()
    for each in (first, second):
        look_at_name(signatory=each, by=by, seen=as_looked_at(each))
    assert [before, shown()] == [[[f"Turin · {declaration}", f"Turin (city) · {declaration}"]], []]
