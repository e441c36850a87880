"""What becomes of an officer who has their data erased: their pseudonym stays, and says nothing of whose it was."""

from __future__ import annotations

from django.db import transaction

from declarations.models import Actor
from efus_conference.models import User


def is_an_actor(user: User) -> bool:
    return Actor.objects.filter(user=user).exists()


@transaction.atomic
def forget_officer(*, user: User) -> None:
    """Cuts the pseudonym from the account; no event, mailbox or invitation is touched."""
    Actor.objects.filter(user=user).update(user=None)
