"""The organisers' groups and what each may do in the admin. Administrators are superusers, in no group."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from efus_conference.management.content.ledger import Ledger

ALL = ("view", "add", "change", "delete")
KEEP = ("view", "add", "change")
EDIT = ("view", "change")
VIEW = ("view",)

# A model that stands in no list is the administrators'. Any other word is a right of the model's own.
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "content": {
        "efus_conference.edition": KEEP,
        "efus_conference.editionhost": ALL,
        "efus_conference.organisation": KEEP,
        "efus_conference.project": KEEP,
        "programme.session": ALL,
        "programme.appearance": ALL,
        "programme.speaker": ALL,
        "programme.speakerlink": ("view", "add"),
        "programme.consentevent": VIEW,
        "programme.material": ALL,
        "programme.room": ALL,
        "programme.venue": ALL,
        "programme.walkingtime": ALL,
        "programme.theme": ALL,
        "programme.sessionkind": KEEP,
        "programme.release": ("view", "add"),
        "programme.releasechange": VIEW,
        "programme.releasedsession": VIEW,
        "archive.keyfigure": ALL,
        "archive.newsitem": ALL,
        "archive.picture": ALL,
        "archive.video": ALL,
        "archive.captions": ALL,
        "archive.document": ALL,
        "archive.photo": ALL,
        "archive.voice": ALL,
        "archive.partner": ALL,
        "archive.editionnote": ALL,
        "archive.page": ALL,
        "archive.pageversion": EDIT,
        "archive.block": ALL,
        "registration.seatpool": KEEP,
        "declarations.declaration": VIEW,
        "declarations.declarationpoint": VIEW,
    },
    "registration desk": {
        "registration.registration": (*KEEP, "read_needs"),
        "registration.registrationevent": VIEW,
        "registration.answer": ("read_personal", "read_diet", "read_assistance"),
        "registration.needreply": KEEP,
        "registration.question": ALL,
        "registration.questionchoice": ALL,
        "registration.delegation": ALL,
        "registration.place": ALL,
        "registration.placerequest": KEEP,
        "registration.placeinvitation": VIEW,
        "registration.category": ALL,
        "registration.party": VIEW,
        "registration.seatpool": KEEP,
        "registration.hold": ALL,
        "registration.bookinglimit": ALL,
        "registration.bookingrules": KEEP,
        "registration.wait": KEEP,
        "registration.booking": KEEP,
        "registration.star": VIEW,
        "registration.feedlink": VIEW,
        "registration.message": ALL,
        "registration.ticket": ("view", "print_badges"),
        "registration.ticketkey": VIEW,
        "registration.checkin": ("view", "change", "check_in"),
        "registration.desklink": KEEP,
        "registration.deskdevice": EDIT,
        "registration.deskpassphrase": KEEP,
        "registration.deskalert": EDIT,
        "registration.headsetloan": KEEP,
        "registration.certificate": EDIT,
        "registration.consenttext": KEEP,
        "registration.consent": VIEW,
        "registration.retentionrule": KEEP,
        "registration.retentionrun": VIEW,
        "registration.editionclosing": VIEW,
        "registration.participation": VIEW,
        "efus_conference.mail": VIEW,
        "efus_conference.edition": VIEW,
        "efus_conference.organisation": KEEP,
        "efus_conference.user": VIEW,
        "programme.session": VIEW,
        "programme.sessionkind": VIEW,
        "programme.speaker": VIEW,
        "programme.room": VIEW,
        "programme.releasedsession": VIEW,
    },
    "press": {
        "registration.presscard": ("accredit",),
        "efus_conference.edition": VIEW,
        "efus_conference.organisation": VIEW,
        "programme.session": VIEW,
        "programme.speaker": VIEW,
        "programme.releasedsession": VIEW,
        "archive.keyfigure": KEEP,
        "archive.newsitem": KEEP,
        "archive.picture": KEEP,
        "archive.video": KEEP,
        "archive.captions": KEEP,
        "archive.document": KEEP,
        "declarations.declaration": VIEW,
    },
    "declarations officer": {
        "declarations.declaration": KEEP,
        "declarations.declarationpoint": ALL,
        "declarations.textversion": ALL,
        "declarations.signatory": ALL,
        "declarations.mailbox": KEEP,
        "declarations.invitation": KEEP,
        "declarations.signature": EDIT,
        "declarations.signatureevent": ("view", "add"),
        "declarations.mandate": VIEW,
        "declarations.evidence": VIEW,
        "declarations.withdrawal": KEEP,
        "declarations.ceremony": KEEP,
        "declarations.stagesigning": VIEW,
        "declarations.stageevent": VIEW,
        "declarations.invitationrun": VIEW,
        "declarations.actor": VIEW,
        "declarations.log": VIEW,
        "declarations.logentry": VIEW,
        "declarations.checkpoint": VIEW,
        "declarations.logkey": VIEW,
        "declarations.logalarm": VIEW,
        "declarations.sealeddocument": VIEW,
        "efus_conference.organisation": KEEP,
        "efus_conference.edition": VIEW,
        "efus_conference.project": VIEW,
    },
}


def load_groups(ledger: Ledger) -> None:
    for name, rights in GROUPS.items():
        ledger.put(
            f"group-{name.replace(' ', '-')}",
            Group,
            {},
            natural={"name": name},
            many={"permissions": permissions(rights)},
        )


def permissions(rights: dict[str, tuple[str, ...]]) -> list[Permission]:
    wanted = [
        Q(content_type__app_label=app, content_type__model=model, codename=_codename(right, model))
        for label, allowed in rights.items()
        for app, model in [label.split(".")]
        for right in allowed
    ]
    return list(Permission.objects.filter(reduce(or_, wanted)))


def _codename(right: str, model: str) -> str:
    return f"{right}_{model}" if right in ALL else right
