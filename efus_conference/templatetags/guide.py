"""Where the guide explains a page of the admin."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

register = template.Library()

ORGANISER = "organiser"
# The page of the guide and the heading, by app or by model; a test looks for each of them in the guide.
SECTIONS: dict[str, tuple[str, str]] = {
    "programme": (ORGANISER, "the-programme-draft-and-release"),
    "programme.venue": (ORGANISER, "venues-and-walking-times"),
    "programme.walkingtime": (ORGANISER, "venues-and-walking-times"),
    "programme.speaker": (ORGANISER, "speakers"),
    "programme.material": (ORGANISER, "recordings-slides-documents"),
    "registration": (ORGANISER, "registrations-approve-refuse-let-wait"),
    "registration.seatpool": (ORGANISER, "seats-and-their-waiting-lists"),
    "registration.booking": (ORGANISER, "seats-and-their-waiting-lists"),
    "registration.wait": (ORGANISER, "seats-and-their-waiting-lists"),
    "registration.bookinglimit": (ORGANISER, "seats-and-their-waiting-lists"),
    "registration.bookingrules": (ORGANISER, "seats-and-their-waiting-lists"),
    "registration.question": (ORGANISER, "questions-answers-access-needs"),
    "registration.accessneed": (ORGANISER, "questions-answers-access-needs"),
    "registration.sensitivereading": (ORGANISER, "questions-answers-access-needs"),
    "registration.consenttext": (ORGANISER, "what-people-agree-to"),
    "registration.consent": (ORGANISER, "what-people-agree-to"),
    "registration.message": (ORGANISER, "writing-to-those-who-take-part"),
    "registration.checkin": (ORGANISER, "the-days-themselves"),
    "registration.desklink": (ORGANISER, "the-days-themselves"),
    "registration.deskpassphrase": (ORGANISER, "the-days-themselves"),
    "registration.deskdevice": (ORGANISER, "the-days-themselves"),
    "registration.retentionrule": ("privacy", ""),
    "registration.retentionrun": ("privacy", ""),
    "declarations": ("declarations-officer", ""),
    "declarations.declaration": ("declarations", ""),
    "declarations.ceremony": ("ceremony", ""),
    "efus_conference.edition": (ORGANISER, "editions"),
    "efus_conference.organisation": (ORGANISER, "organisations"),
    "efus_conference.user": (ORGANISER, "accounts"),
    "efus_conference.mail": (ORGANISER, "writing-to-those-who-take-part"),
    "archive": (ORGANISER, "editions"),
}


@register.simple_tag
def guide_address(options: Any) -> str:
    """Of a model's options (or none, on pages about no model) the address of what the guide says of it."""
    app, label = getattr(options, "app_label", ""), getattr(options, "label_lower", "")
    page, anchor = SECTIONS.get(label) or SECTIONS.get(app) or (ORGANISER, "")
    try:
        return reverse("guide", args=[page]) + (f"#{anchor}" if anchor else "")
    except NoReverseMatch:  # in a URL configuration of a test's own
        return ""
