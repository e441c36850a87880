"""What erasing will do, in the words of the person it is about: said before, on the page that asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declarations.actions.erasures import is_an_actor
from efus_conference.erased_accounts import addresses_of
from efus_conference.models import User
from programme.actions.erasures import speakers_of
from programme.models import ReleasedSession
from registration.actions.erasures import kept_for_others, own_registrations
from registration.models import CheckIn, Delegation, Registration, Wait
from registration.states import ENDED, Status


@dataclass(frozen=True)
class Consequences:
    """Sentences: what goes, what becomes of others, what stays and why."""

    goes: list[str]
    others: list[str]
    stays: list[str]


def what_erasing_does(user: User) -> Consequences:
    addresses = addresses_of(user)
    there = CheckIn.objects.standing().filter(registration=OuterRef("pk"))
    own = list(
        own_registrations(user, addresses=addresses)
        .select_related("edition", "place")
        .prefetch_related("edition__hosting__organisation")
        .annotate(was_there=Exists(there))
        .order_by("-edition__number", "pk")
    )
    goes = [
        _(
            "Your account is closed at once, on every device, and your addresses, your name and your ways to log in "
            "are deleted."
        )
    ]
    for row in own:
        goes += _of_registration(row)
    if own:
        goes.append(
            _(
                "Your answers, access needs, files, identity documents, starred sessions, calendar addresses and the "
                "copies of our e-mails to you are deleted. Your certificates are withdrawn: whoever checks one reads "
                "that it was issued, when and for which days, not to whom."
            )
        )
    goes += _of_speaker(user, addresses)
    if user.is_staff:
        goes.append(_("You are no organiser any more. What you did stays in the history, without your name."))
    return Consequences(goes, _of_others(user, own, addresses), _stays(user, own))


def _of_registration(row: Registration) -> list[str]:
    edition = {"edition": row.edition.name}
    if not row.is_live:
        return []
    if row.edition.phase() == "over":
        return [_("That somebody registered for %(edition)s still counts, without your name.") % edition]
    if getattr(row, "was_there", False):
        return [
            _(
                "You were at %(edition)s: that somebody was there still counts, without your name. Your ticket and "
                "your badge let nobody in any more, and your seats in what is still to come go to others."
            )
            % edition
        ]
    said = [_cancelled(row) % edition]
    if Wait.objects.offered().filter(place=row.place_id).exists():
        said.append(_("The seat that is offered to you goes to whoever is next."))
    return said


def _cancelled(row: Registration) -> str:
    if row.status == Status.APPROVED:
        return _(
            "You decline the place at %(edition)s that is offered to you, and it goes to whoever is next."
        )
    if row.status != Status.CONFIRMED:
        return _("Your registration for %(edition)s is cancelled, and your turn goes to whoever is next.")
    if row.place.delegation_id is not None:
        return _(
            "Your registration for %(edition)s is cancelled. Your seats stay with your delegation’s place, for "
            "whoever comes instead of you."
        )
    return _("Your registration for %(edition)s is cancelled, and your seats go to others.")


def _of_speaker(user: User, addresses: frozenset[str]) -> list[str]:
    speakers = speakers_of(user, addresses=addresses)
    released = [
        row for speaker in speakers for row in ReleasedSession.objects.with_speaker(speaker).order_by("pk")
    ]
    if not speakers:
        return []
    said = [
        _(
            "You are named as a speaker nowhere any more: your page, portrait, biography and the slides you handed in "
            "are deleted."
        )
    ]
    if any(row.ends_at > timezone.now() for row in released):
        said.append(
            _(
                "A session in which you speak is still to come. It stays in the programme without your name; tell us "
                "whether you come."
            )
        )
    return said


def _of_others(user: User, own: Sequence[Registration], addresses: frozenset[str]) -> list[str]:
    coordinated = Delegation.objects.filter(coordinator=user).select_related("organisation")
    said = [
        _(
            "The delegation of %(city)s has nobody who coordinates it then. Its people stay registered, and the "
            "organisers are told that it needs somebody."
        )
        % {"city": delegation.organisation}
        for delegation in coordinated
    ]
    ending = [
        row.place_id
        for row in own
        if row.is_live and row.edition.phase() != "over" and not getattr(row, "was_there", False)
    ]
    going = set(
        Registration.objects.live().filter(place__accompanies__in=ending).values_list("pk", flat=True)
    )
    if going:
        said.append(
            ngettext(
                "The registration of %(count)d person who accompanies you ends with yours.",
                "The registrations of %(count)d people who accompany you end with yours.",
                len(going),
            )
            % {"count": len(going)}
        )
    kept = kept_for_others(user, addresses=addresses).exclude(status__in=ENDED).exclude(pk__in=going)
    if count := kept.count():
        said.append(
            ngettext(
                "%(count)d person whom you registered stays registered.",
                "%(count)d people whom you registered stay registered.",
                count,
            )
            % {"count": count}
        )
        said.append(
            _(
                "Whoever of them has an e-mail address of their own keeps their registration themselves from then on, "
                "and gets an e-mail that says so; of others the coordinator or the organisers take care."
            )
        )
    return said


def _stays(user: User, own: Sequence[Registration]) -> list[str]:
    said = []
    if any(row.is_live for row in own):
        said.append(
            _("How many took part, from which country and for which organisation: numbers without names.")
        )
    if is_an_actor(user):
        said.append(
            _(
                "What you recorded or checked about signatures of declarations: it stays as it was written, under a "
                "number that leads to nobody."
            )
        )
    said.append(
        _(
            "A signature under a declaration is a public act of an office. It is no part of your account and stays in "
            "the register."
        )
    )
    said.append(
        _(
            "That this account was erased, and when: a number, so that a restored backup does not bring you back."
        )
    )
    return said
