"""What people told of themselves, when somebody else comes to keep their registration.

Nobody passes on what they may not read: a coordinator could else read it from an account of their own, and the
desk from one that it makes. Who wrote all of it passes it on, since nothing is told by that.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from efus_conference.models import User
from registration.actions.identity import READ_IDENTITY
from registration.actions.needs import READ_NEEDS
from registration.actions.refusals import Refusal
from registration.actions.uploads import delete_stored
from registration.models import Answer, IdentityDocument, NeedReply, Registration, RegistrationEvent
from registration.powers import DESK
from registration.states import Status

Verb = RegistrationEvent.Verb


class NotToOrganisers(Refusal):
    message = _(
        "The desk hands no registration over to itself or to another organiser. The account that keeps it can."
    )


def check_receiver(registration: Registration, *, to: User, by: User) -> None:
    """Organisers come to keep a registration only from who kept it, never by their own rights.

    Raises NotToOrganisers.
    """
    is_by_right = by.pk != registration.managed_by_id and to.pk != registration.managed_by_id
    if is_by_right and (to.pk == by.pk or to.is_staff or to.has_perm(DESK)):
        raise NotToOrganisers


def forget_unreadable(registration: Registration, *, by: User) -> list[str]:
    """Deletes what `by` neither reads nor wrote, before they hand over the locked registration.

    Of needs, answers, identity documents those that something of was deleted, for the history.
    """
    if _wrote_all(registration, by):
        return []
    is_told = Registration.objects.told_to(by).filter(pk=registration.pk).exists()
    forgotten = []
    if registration.needs and not (is_told or by.has_perm(READ_NEEDS)):
        registration.needs = ""
        registration.save(update_fields=["needs", "changed_at"])
        NeedReply.objects.filter(registration=registration).delete()
        forgotten.append("needs")
    readable = Answer.objects.readable_by(by).values("pk")
    answers = list(Answer.objects.filter(registration=registration).exclude(pk__in=readable))
    if answers:
        Answer.objects.filter(pk__in=[answer.pk for answer in answers]).delete()
        delete_stored(answer.file.name or "" for answer in answers)
        forgotten.append("answers")
    documents = IdentityDocument.objects.filter(registration=registration)
    if not (is_told or by.has_perm(READ_IDENTITY)) and documents.delete()[0]:
        forgotten.append("identity")
    return forgotten


def _wrote_all(registration: Registration, by: User) -> bool:
    """Whether the history says of everything that was told that `by` wrote it, and nobody else anything."""
    begun = Q(before=Status.DRAFT)
    told = Q(verb__in=[Verb.ANSWERED, Verb.IDENTITY]) | Q(verb=Verb.CHANGED, detail__fields__contains="needs")
    writers = registration.events.filter(begun | told).order_by().values_list("actor_id", flat=True)
    return set(writers) == {by.pk}
