from __future__ import annotations

import secrets
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition
from efus_conference.private_files import private_storage
from registration.models.people import Registration
from registration.models.tickets import ALPHABET

CERTIFICATE_CODE_LENGTH = 12


def new_certificate_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(CERTIFICATE_CODE_LENGTH))


def certificate_path(row: models.Model, filename: str) -> str:
    return f"certificates/{secrets.token_hex(16)}.pdf"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def valid(self) -> CertificateQuerySet:
        return self.filter(withdrawn_at=None)


class Certificate(models.Model):
    """That someone was there on which days, as it was signed; who has its code may check it at `/check/<code>/`."""

    class Withdrawn(models.TextChoices):
        REPLACED = "replaced", _("replaced by a corrected one")
        MISTAKE = "mistake", _("issued by mistake")
        ERASED = "erased", _("its person had their data erased")

    code = models.CharField(
        _("code"),
        max_length=CERTIFICATE_CODE_LENGTH,
        unique=True,
        default=new_certificate_code,
        editable=False,
    )
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", verbose_name=_("edition"))
    registration = models.ForeignKey(
        Registration,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name=_("registration"),
    )
    # As they stand on the page; emptied by an erasure.
    name = models.CharField(_("name"), max_length=201, blank=True)
    organisation_name = models.CharField(_("organisation"), max_length=200, blank=True)
    days = ArrayField(models.DateField(), verbose_name=_("days"))
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    issued_at = models.DateTimeField(_("issued"), auto_now_add=True)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True)
    file = models.FileField(
        _("file"), storage=private_storage, upload_to=certificate_path, blank=True, max_length=120
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_why = models.CharField(
        _("why it was withdrawn"), max_length=10, choices=Withdrawn, blank=True, default=""
    )

    objects: ClassVar[CertificateQuerySet] = CertificateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("certificate of attendance")
        verbose_name_plural = _("certificates of attendance")
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "language"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_certificate_per_person_and_language",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_why="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_why="")),
                name="a_withdrawn_certificate_says_why",
            ),
            models.CheckConstraint(condition=Q(days__len__gt=0), name="a_certificate_is_of_some_day"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="certificates_are_of_who_was_there",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM registration_checkin c
                        WHERE c.registration_id = NEW.registration_id AND c.edition_id = NEW.edition_id
                          AND c.undone_at IS NULL
                    ) THEN
                        RAISE EXCEPTION 'a certificate is for somebody who was there'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'certificates_are_of_who_was_there';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="certificates_are_not_rewritten",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF (NEW.code, NEW.edition_id, NEW.days, NEW.language, NEW.issued_at)
                            IS DISTINCT FROM (OLD.code, OLD.edition_id, OLD.days, OLD.language, OLD.issued_at)
                        OR NEW.registration_id <> OLD.registration_id
                        OR NEW.name NOT IN (OLD.name, '')
                        OR NEW.organisation_name NOT IN (OLD.organisation_name, '')
                        OR NEW.file NOT IN (OLD.file, '')
                        OR NEW.sha256 NOT IN (OLD.sha256, '')
                        OR (OLD.withdrawn_at IS NOT NULL AND (NEW.withdrawn_at, NEW.withdrawn_why)
                            IS DISTINCT FROM (OLD.withdrawn_at, OLD.withdrawn_why))
                    THEN
                        RAISE EXCEPTION 'a certificate is emptied or withdrawn, never made another one'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'certificates_are_not_rewritten';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("registration_machine:check_certificate", args=[self.code])

    @property
    def shown_code(self) -> str:
        """As it stands on the page: “7QK2-M9XD-4TAB”."""
        return "-".join(self.code[start : start + 4] for start in range(0, CERTIFICATE_CODE_LENGTH, 4))

    @property
    def is_valid(self) -> bool:
        return self.withdrawn_at is None
