from __future__ import annotations

from declarations.models import Actor, Invitation
from efus_conference.models import User


def actor_of_person(user: User) -> Actor:
    return Actor.objects.get_or_create(kind=Actor.Kind.PERSON, user=user)[0]


def actor_of_invitation(invitation: Invitation) -> Actor:
    return Actor.objects.get_or_create(kind=Actor.Kind.INVITATION, invitation=invitation)[0]


def actor_of_archive() -> Actor:
    return Actor.objects.get_or_create(kind=Actor.Kind.ARCHIVE)[0]
