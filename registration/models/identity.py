from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus_conference.models.organisations import COUNTRY_CODES
from efus_conference.moments import EARLIEST, LATEST, MISTYPED, plausible
from programme.models import Session
from registration.models.people import Registration
from registration.models.seats import Booking
from registration.states import ENDED

# How long after a visit its identity documents are kept: long enough for a question of the place that was visited.
KEPT_FOR = timedelta(days=7)


class IdentityDocumentQuerySet(models.QuerySet["IdentityDocument"]):
    def no_longer_needed(self, at: datetime) -> IdentityDocumentQuerySet:
        """Of visits that ended some days ago, of sessions that ask no more, and what no seat stands behind."""
        return self.filter(
            Q(booking__during__endswith__lte=at - KEPT_FOR)
            | ~Q(booking__status__in=Booking.STANDING)
            | Q(booking__session__released__identity_by__isnull=True)
            | Q(registration__status__in=ENDED)
        )


class IdentityDocument(models.Model):
    """What one person will show at the door of a secured visit: no more than its security service asks.

    No scan, no nationality, no address. It goes with the seat, at once and by the database itself: see the triggers.
    Nobody has rights on it by the admin's usual ways; `registration.read_identity` lets one read the list of a
    session, and every reading is a row of `SensitiveReading`.
    """

    class Kind(models.TextChoices):
        PASSPORT = "passport", _("passport")
        CARD = "card", _("identity card")
        PERMIT = "permit", _("residence permit")

    booking = models.OneToOneField(
        Booking, models.CASCADE, related_name="identity_document", verbose_name=_("seat")
    )
    # Not the place's next person: a successor never inherits it.
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="identity_documents", verbose_name=_("registration")
    )
    name = models.CharField(_("name as in the document"), max_length=200)
    born_on = models.DateField(_("date of birth"), validators=[plausible])
    kind = models.CharField(_("kind of document"), max_length=10, choices=Kind)
    number = models.CharField(_("number of the document"), max_length=30)
    country = models.CharField(_("issued by"), max_length=2, choices=[(code, code) for code in COUNTRY_CODES])
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects: ClassVar[IdentityDocumentQuerySet] = IdentityDocumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("identity document")
        verbose_name_plural = _("identity documents")
        default_permissions = ()
        permissions = [("read_identity", _("Can read the identity documents for secured visits"))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(number=""), name="identity_has_name_and_number"
            ),
            models.CheckConstraint(
                condition=Q(born_on__gte=EARLIEST.date(), born_on__lt=LATEST.date()),
                name="identity_birth_is_plausible",
                violation_error_message=MISTYPED,
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="identity_is_given_for_a_seat_that_stands",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM registration_booking b
                        JOIN registration_registration r ON r.place_id = b.place_id
                        WHERE b.id = NEW.booking_id AND b.status IN ('active', 'clash')
                          AND r.id = NEW.registration_id AND r.status NOT IN ('cancelled', 'refused')
                    ) THEN
                        RAISE EXCEPTION 'an identity document goes with a seat that stands'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'identity_is_given_for_a_seat_that_stands';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        # Deletions and error messages print it, so it tells nothing.
        return str(self._meta.verbose_name)


class SensitiveReading(models.Model):
    """That an organiser read a sensitive answer of somebody: who, what, how and when. The rows only grow."""

    class What(models.TextChoices):
        IDENTITY = "identity", _("identity document")
        NEEDS = "needs", _("access needs")
        ANSWERS = "answers", _("answers")

    class How(models.TextChoices):
        PAGE = "page", _("on a page")
        PDF = "pdf", _("as a PDF")
        SHEET = "sheet", _("as a spreadsheet")

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("read by")
    )
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="sensitive_readings", verbose_name=_("whose")
    )
    session = models.ForeignKey(
        Session, models.SET_NULL, null=True, related_name="+", verbose_name=_("for the session")
    )
    what = models.CharField(_("what"), max_length=10, choices=What)
    how = models.CharField(_("how"), max_length=10, choices=How)
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("reading of a sensitive answer")
        verbose_name_plural = _("readings of sensitive answers")
        ordering = ["-at", "-pk"]
        triggers = [
            pgtrigger.Trigger(
                name="readings_are_not_rewritten",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                # An account or a session may go; nothing else changes.
                func="""
                    IF (NEW.registration_id, NEW.what, NEW.how, NEW.at)
                            IS DISTINCT FROM (OLD.registration_id, OLD.what, OLD.how, OLD.at)
                        OR (NEW.reader_id IS DISTINCT FROM OLD.reader_id AND NEW.reader_id IS NOT NULL)
                        OR (NEW.session_id IS DISTINCT FROM OLD.session_id AND NEW.session_id IS NOT NULL)
                    THEN
                        RAISE EXCEPTION 'the record of a reading is not rewritten'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'readings_are_not_rewritten';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.get_what_display()
