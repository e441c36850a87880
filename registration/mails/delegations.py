"""The mails about a place of a delegation: someone is asked to fill it, and someone takes it over."""

from __future__ import annotations

from django.urls import reverse
from django.utils import translation

from efus_conference.mail import Letter, composes, site_address
from efus_conference.models import Mail
from efus_conference.templatetags.dates import days_of, moment_at
from registration.mails.letters import conference_days, facts, letters, read
from registration.mails.registrations import reason_of
from registration.models import PlaceInvitation


@composes("registration/place_invitation")
def place_invitation(invitation_id: int) -> list[Letter]:
    """The link to complete one's own part. Composing makes the secret, so nothing is composed once it was sent."""
    kind, ids = "registration/place_invitation", {"invitation_id": invitation_id}
    invitation = (
        PlaceInvitation.objects.usable()
        .select_related("place__edition", "place__delegation__organisation", "made_by")
        .filter(pk=invitation_id)
        .first()
    )
    # A job that is run again after its mail went out must not make the link in that mail useless.
    if invitation is None or Mail.objects.filter(kind=kind, subject_ids=ids).exists():
        return []
    token = invitation.make_token()
    edition, delegation = invitation.place.edition, invitation.place.delegation
    with translation.override(invitation.language):
        context = {
            "edition": edition,
            "edition_name": edition.name,
            "days": days_of(edition),
            "organisation": str(delegation.organisation) if delegation else "",
            "inviter": str(invitation.made_by or ""),
            "until": moment_at(invitation.expires_at, edition),
            "link": site_address(reverse("registration:join", args=[token])),
        }
    return [Letter(to=invitation.email, language=invitation.language, context=context, secrets=(token,))]


@composes("registration/replaced")
def replaced(registration_id: int) -> list[Letter]:
    """Of a registration that is over: its place went to someone else. Of one that is not: a place is theirs now.

    Neither is told anything of the other; the former hears why, and whom they can ask.
    """
    registration = read(registration_id)
    if registration is None:
        return []
    delegation = registration.place.delegation
    coordinator = delegation.coordinator if delegation else None
    with translation.override(registration.language):
        context = {
            **facts(registration),
            "is_successor": registration.is_live,
            "delegation": str(delegation.organisation) if delegation else "",
            "coordinator": str(coordinator or ""),
            "coordinator_email": coordinator.email if coordinator else "",
            "reason": "" if registration.is_live else reason_of(registration),
        }
        attachments = conference_days(registration) if registration.is_confirmed else ()
    return letters(registration, context, attachments)


@composes("registration/place_link_asked")
def place_link_asked(invitation_id: int) -> list[Letter]:
    """To the coordinator: someone they invited has a link that expired, and asks for a new one."""
    invitation = (
        PlaceInvitation.objects.filter(pk=invitation_id, used_at=None, revoked_at=None)
        .select_related("place__edition", "place__delegation__organisation", "place__delegation__coordinator")
        .first()
    )
    if invitation is None or invitation.place.delegation is None:
        return []
    delegation, coordinator = invitation.place.delegation, invitation.place.delegation.coordinator
    if coordinator is None:
        return []
    with translation.override(coordinator.language):
        context = {
            "edition": invitation.place.edition,
            "edition_name": invitation.place.edition.name,
            "organisation": str(delegation.organisation),
            "email": invitation.email,
            "place_url": site_address(reverse("registration:delegation_place", args=[invitation.place_id])),
        }
    return [
        Letter(to=coordinator.email, language=coordinator.language, context=context, user_id=coordinator.pk)
    ]
