"""The days themselves: tickets, check-ins, headsets, certificates."""

from __future__ import annotations

from collections.abc import Iterator

from efus_conference.personal import Data, PersonalFile, day, moment
from registration.models import Certificate, CheckIn, DeskAlert, HeadsetLoan, Registration, Ticket
from registration.personal.parts import Kept


def of(row: Registration, kept: Kept) -> Data:
    tickets = kept.by_registration(
        "tickets", lambda ids: Ticket.objects.filter(registration__in=ids).order_by("made_at", "pk")
    )
    check_ins = kept.by_registration(
        "check_ins",
        lambda ids: (
            CheckIn.objects.filter(registration__in=ids).select_related("session").order_by("at", "pk")
        ),
    )
    headsets = kept.by_registration(
        "headsets", lambda ids: HeadsetLoan.objects.filter(registration__in=ids).order_by("lent_at", "pk")
    )
    alerts = kept.by_registration(
        "alerts", lambda ids: DeskAlert.objects.filter(registration__in=ids).order_by("at", "pk")
    )
    return {
        # Without their codes: whoever has one gets in with it.
        "tickets": [
            {
                "made_at": moment(each.made_at),
                "void_since": moment(each.voided_at),
                "void_why": each.voided_why,
                "badge_printed_at": moment(each.printed_at),
                "badge_handed_out_at": moment(each.handed_at),
            }
            for each in tickets(row.pk)
        ],
        "check_ins": [
            {
                "day": day(each.day),
                "session": each.session.code if each.session else "",
                "title": kept.title(each.session_id),
                "how": each.how,
                "at": moment(each.at),
                "taken_back_at": moment(each.undone_at),
            }
            for each in check_ins(row.pk)
        ],
        "headsets": [
            {
                "number": each.number,
                "lent_at": moment(each.lent_at),
                "returned_at": moment(each.returned_at),
            }
            for each in headsets(row.pk)
        ],
        "alerts": [{"kind": each.kind, "at": moment(each.at)} for each in alerts(row.pk)],
        "certificates": [
            {
                "code": each.code,
                "name": each.name,
                "organisation": each.organisation_name,
                "days": [day(on) for on in each.days],
                "language": each.language,
                "issued_at": moment(each.issued_at),
                "withdrawn_at": moment(each.withdrawn_at),
                "withdrawn_why": each.withdrawn_why,
                "file": _certificate(each) if each.file else None,
            }
            for each in _certificates(row, kept)
        ],
    }


def files_of(kept: Kept) -> Iterator[PersonalFile]:
    for row in kept.rows:
        for certificate in _certificates(row, kept):
            if certificate.file:
                yield PersonalFile(_certificate(certificate), certificate.file)


def _certificates(row: Registration, kept: Kept) -> list[Certificate]:
    return kept.by_registration(
        "certificates",
        lambda ids: Certificate.objects.filter(registration__in=ids).order_by("issued_at", "pk"),
    )(row.pk)


def _certificate(row: Certificate) -> str:
    return f"registrations/{row.registration_id}/certificates/{row.code}.pdf"
