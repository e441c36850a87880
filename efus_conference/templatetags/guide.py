"""Where the guide explains a page of the admin."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

register = template.Library()

ORGANISER = "organiser"
# The page of the guide and the heading, by model; tests look for each in the guide, and for each list of the menu.
SECTIONS: dict[str, tuple[str, str]] = {
    label: (page, anchor)
    for (page, anchor), labels in {
        (ORGANISER, ""): "procrastinate.procrastinatejob",
        (
            ORGANISER,
            "the-programme-draft-and-release",
        ): """programme.session programme.appearance programme.release
            programme.releasedsession programme.theme programme.sessionkind""",
        (ORGANISER, "venues-and-walking-times"): "programme.room programme.venue programme.walkingtime",
        (ORGANISER, "speakers"): "programme.speaker",
        (ORGANISER, "recordings-slides-documents"): "programme.material",
        (
            ORGANISER,
            "registrations-approve-refuse-let-wait",
        ): """registration.registration registration.accreditation
            registration.delegation registration.category registration.place""",
        (
            ORGANISER,
            "seats-and-their-waiting-lists",
        ): """registration.seatpool registration.booking registration.wait
            registration.bookinglimit registration.bookingrules""",
        (ORGANISER, "questions-answers-access-needs"): """registration.question registration.accessneed
            registration.sensitivereading""",
        (ORGANISER, "what-people-agree-to"): "registration.consenttext registration.consent",
        (
            ORGANISER,
            "the-days-themselves",
        ): """registration.checkin registration.deskalert registration.headsetloan""",
        ("desk", ""): "registration.desklink registration.deskpassphrase registration.deskdevice",
        (ORGANISER, "badges-and-paper"): "registration.ticket registration.ticketkey",
        (ORGANISER, "to-print"): "registration.certificate",
        (ORGANISER, "writing-to-those-who-take-part"): "registration.message efus_conference.mail",
        ("privacy", ""): "registration.retentionrule registration.retentionrun",
        ("declarations-officer", ""): """declarations.signature declarations.withdrawal declarations.signatory
            declarations.mailbox declarations.invitation declarations.evidence declarations.signatureevent
            declarations.sealeddocument declarations.logalarm declarations.log declarations.logentry
            declarations.checkpoint declarations.logkey""",
        ("declarations", ""): "declarations.declaration",
        ("ceremony", ""): "declarations.ceremony",
        (ORGANISER, "pages-the-home-of-an-edition-practical-pages-the-pages-of-the-site"): """archive.page
            archive.pageversion""",
        (ORGANISER, "news-and-pictures"): "archive.newsitem archive.picture",
        (
            ORGANISER,
            "editions",
        ): """efus_conference.edition efus_conference.project archive.keyfigure archive.partner
            archive.voice archive.editionnote""",
        (
            ORGANISER,
            "what-an-edition-leaves-and-closing-it",
        ): """archive.document archive.captions archive.video
            archive.photo archive.editionrecord archive.part registration.editionclosing registration.participation""",
        (ORGANISER, "organisations"): "efus_conference.organisation efus_conference.organisationmerge",
        (ORGANISER, "accounts"): "efus_conference.user auth.group",
        ("erasing", ""): "efus_conference.erasure",
        (ORGANISER, "translations"): "translations",
    }.items()
    for label in labels.split()
}


@register.simple_tag
def guide_address(options: Any, about: str = "") -> str:
    """The address of what the guide says of a model, by its options, or of a page about none, by its word here."""
    page, anchor = SECTIONS.get(about) or SECTIONS.get(getattr(options, "label_lower", ""), (ORGANISER, ""))
    try:
        return reverse("guide", args=[page]) + (f"#{anchor}" if anchor else "")
    except NoReverseMatch:  # in a URL configuration of a test's own
        return ""
