"""Someone answers for each access need, and replies to its person."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from efus_conference.mail import queue
from efus_conference.models import User
from registration.actions.refusals import NobodyForNeeds, NoNeeds, NotReadable
from registration.models import NeedReply, Registration, RegistrationEvent, SensitiveReading
from registration.models.answers import has_access_need

READ_NEEDS = "registration.read_needs"


def may_answer_for_needs() -> QuerySet[User]:
    """The organisers who may read access needs, by name."""
    codename = READ_NEEDS.partition(".")[2]
    right = Q(groups__permissions__codename=codename) | Q(user_permissions__codename=codename)
    people = User.objects.filter(Q(is_superuser=True) | right, is_staff=True, is_active=True)
    return people.distinct().order_by("name", "email")


@transaction.atomic
def take_on_needs(*, registration: Registration, responsible: User | None, by: User) -> NeedReply:
    """Says who answers for the needs: someone who may read them. Raises NotReadable, NoNeeds, NobodyForNeeds."""
    reply = _locked_reply(registration, by=by)
    if responsible is not None and not (responsible.is_staff and responsible.has_perm(READ_NEEDS)):
        raise NobodyForNeeds
    reply.responsible = responsible
    reply.save(update_fields=["responsible"])
    return reply


@transaction.atomic
def reply_to_needs(*, registration: Registration, reply: str, by: User) -> NeedReply:
    """Replies, once for the same words, and queues the mail that says so.

    Who replies answers for it when nobody does. Raises NotReadable, NoNeeds.
    """
    row = _locked_reply(registration, by=by)
    if not reply.strip() or row.reply == reply:
        return row
    row.reply, row.replied_at = reply, timezone.now()
    row.responsible = row.responsible or by
    row.save()
    registration.events.create(verb=RegistrationEvent.Verb.REPLIED, actor=by)
    queue("registration/need_reply", registration_id=registration.pk)
    return row


def reopen_needs(registration: Registration) -> None:
    """The needs are others now: what was replied was to the earlier ones. Who answers for them stays."""
    NeedReply.objects.filter(registration=registration).update(reply="", replied_at=None)


@transaction.atomic
def read_needs(*, registration: Registration, by: User) -> str:
    """What is needed, noted as read. Raises NotReadable."""
    if not by.has_perm(READ_NEEDS):
        raise NotReadable
    needs = Registration.objects.values_list("needs", flat=True).get(pk=registration.pk)
    if Registration.objects.filter(has_access_need(), pk=registration.pk).exists():
        SensitiveReading.objects.create(
            reader=by,
            registration_id=registration.pk,
            what=SensitiveReading.What.NEEDS,
            how=SensitiveReading.How.PAGE,
        )
    return needs


def _locked_reply(registration: Registration, *, by: User) -> NeedReply:
    if not by.has_perm(READ_NEEDS):
        raise NotReadable
    # Whoever changes the needs holds the registration's row too.
    fresh = Registration.objects.select_for_update(no_key=True, of=("self",)).get(pk=registration.pk)
    if not Registration.objects.filter(has_access_need(), pk=fresh.pk).exists():
        raise NoNeeds
    row, _is_new = NeedReply.objects.get_or_create(registration_id=registration.pk)
    return row
