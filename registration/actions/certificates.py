"""Certificates of attendance: issued to those who were there, withdrawn, told of when the edition is over."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, time, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus_conference.mail import queue
from efus_conference.models import Edition, User
from efus_conference.seal import SealError, usable_key
from efus_conference.secret_links import is_within_limit
from registration.actions.locks import check_not_erased
from registration.actions.refusals import NotYours, Refusal
from registration.certificates import Attendance, attendance_of, denied, sealed_pdf
from registration.models import (
    Certificate,
    CheckIn,
    Registration,
    RegistrationEvent,
)
from registration.powers import DESK

logger = logging.getLogger(__name__)

MANAGE = "registration.change_certificate"
TOLD_AT = time(9)  # of the day after the last, by the edition's own clock
TOLD_FOR = timedelta(days=60)  # a device may bring its check-ins late
MOST_AN_HOUR = 20  # new ones of one account, for all whom it registered
Why = Certificate.Withdrawn


class NotThere(Refusal):
    """Nobody checked this person in, on any day."""

    message = _(
        "A certificate is for those who were there, and nobody checked this person in. If they were there all the "
        "same, please write to the organisers."
    )


class SealOff(Refusal):
    """The site has no seal that can be used: of our making, so organisers are told in the log."""

    message = _(
        "Certificates can’t be sealed at the moment. The organisers know of it: please try again later."
    )


class TooManyCertificates(Refusal):
    message = _("You had very many certificates made within an hour. Wait a while, then try again.")


def issue_certificate(*, registration: Registration, language: str, by: User | None) -> Certificate:
    """The certificate in that language: the one that stands, or a new one when something on it has changed.

    Those that say what is not so any more are withdrawn, in every language. `by` is None for the clock. The seal is
    made before anything is locked: an authority that is slow to stamp it keeps nobody waiting.
    Raises NotYours, NotThere, Erased, SealOff, TooManyCertificates.
    """
    while True:  # again only when something was changed while the seal was made
        fresh = Registration.objects.select_related("organisation", "edition").get(pk=registration.pk)
        if by is not None and by.pk != fresh.managed_by_id and not by.has_perm(DESK):
            raise NotYours
        attendance = _attendance(fresh, language)
        if standing := _standing(fresh, language, attendance):
            return standing
        if by is not None and not is_within_limit(
            "registration.certificate", str(by.pk), per_hour=MOST_AN_HOUR
        ):
            raise TooManyCertificates
        made = Certificate(
            edition=fresh.edition,
            registration=fresh,
            name=attendance.name,
            organisation_name=attendance.organisation_name,
            days=list(attendance.days),
            language=language,
        )
        try:
            content = sealed_pdf(made, at=timezone.now())
        except SealError as error:
            logger.error("No certificate of attendance: %s", error)
            raise SealOff from error
        if kept := _kept(made, content, by=by):
            return kept


def _attendance(registration: Registration, language: str) -> Attendance:
    check_not_erased(registration)
    attendance = attendance_of(registration, language=language)
    if not attendance.days:
        raise NotThere
    return attendance


def _standing(registration: Registration, language: str, attendance: Attendance) -> Certificate | None:
    valid = Certificate.objects.valid().filter(registration=registration, language=language).first()
    return valid if valid is not None and attendance.is_said_by(valid) else None


@transaction.atomic
def _kept(made: Certificate, content: bytes, *, by: User | None) -> Certificate | None:
    """Keeps it; the one that another request just kept; or None when it does not say what is so."""
    # The row serialises all that asks for this person's certificates, and a name that is corrected meanwhile.
    assert made.registration_id is not None
    registration = (
        Registration.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation")
        .get(pk=made.registration_id)
    )
    attendance = _attendance(registration, made.language)
    if standing := _standing(registration, made.language, attendance):
        return standing
    if not attendance.is_said_by(made):
        return None
    others = Certificate.objects.valid().filter(registration=registration)
    same, in_others = others.filter(language=made.language), others.exclude(language=made.language)
    for old in [*same, *denied(in_others, registration)]:
        _end(old, Why.REPLACED)
    made.sha256 = hashlib.sha256(content).hexdigest()
    made.file.save("certificate.pdf", ContentFile(content), save=False)
    made.save()
    registration.events.create(
        verb=RegistrationEvent.Verb.CERTIFIED, actor=by, detail={"language": made.language}
    )
    return made


def _end(certificate: Certificate, why: str) -> None:
    certificate.withdrawn_at, certificate.withdrawn_why = timezone.now(), why
    certificate.save(update_fields=["withdrawn_at", "withdrawn_why"])


def end_untrue_certificates(registration: Registration) -> None:
    """Part of a correction of name or organisation: whoever checks those with the old ones reads that they ended."""
    for old in denied(Certificate.objects.valid().filter(registration=registration), registration):
        _end(old, Why.REPLACED)


@transaction.atomic
def withdraw_certificate(*, certificate: Certificate, by: User) -> Certificate:
    """Ends one that was issued by mistake; a second call changes nothing. Raises NotYours.

    Who was there may have a new one: take back the check-ins of who was not.
    """
    if not by.has_perm(MANAGE):
        raise NotYours
    fresh = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if fresh.is_valid:
        _end(fresh, Why.MISTAKE)
    return fresh


@transaction.atomic
def tell_of_certificates(*, at: datetime) -> int:
    """Queues one mail with the certificate to each who was there, once their edition is over; how many.

    None while there is no seal: they go out when there is one.
    """
    count = 0
    for edition in Edition.objects.filter(ends_on__gte=(at - TOLD_FOR).date(), ends_on__lte=at.date()):
        assert edition.ends_on is not None
        moment = datetime.combine(edition.ends_on + timedelta(days=1), TOLD_AT, tzinfo=edition.zone)
        if not moment <= at < moment + TOLD_FOR:
            continue
        was_there = CheckIn.objects.standing().filter(registration=OuterRef("pk"))
        ids = list(
            Registration.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
            .filter(Exists(was_there), edition=edition, certificate_told_at=None, erased_at=None)
            .values_list("pk", flat=True)
        )
        if ids and not _is_sealing():
            return count
        for registration_id in ids:
            queue("registration/certificate", registration_id=registration_id)
        Registration.objects.filter(pk__in=ids).update(certificate_told_at=at)
        count += len(ids)
    return count


def _is_sealing() -> bool:
    try:
        usable_key()
    except SealError as error:
        logger.error("No mails with certificates of attendance: %s", error)
        return False
    return True
