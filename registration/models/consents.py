from __future__ import annotations

from textwrap import fill
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from efus_conference.languages import in_every_language
from efus_conference.models import Edition
from registration.models.people import Registration


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    def current(self, edition: Edition) -> ConsentTextQuerySet:
        """The latest words of each purpose, in the order in which they are asked."""
        latest = self.filter(edition=edition).order_by("purpose", "-version").distinct("purpose")
        return self.filter(pk__in=latest.values("pk")).order_by("order", "purpose")


def _texts(row: str) -> str:
    return ", ".join(f"{row}.{column}" for column in in_every_language("text"))


def _any_text() -> str:
    """In lines, as the migration has it."""
    each = ", ".join(f"COALESCE(NEW.{column}, OLD.text)" for column in in_every_language("text"))
    return fill(f"OLD.text, {each}", width=90, subsequent_indent=" " * 24)


class ConsentText(models.Model):
    """The words one agrees to, for one purpose. Once someone agreed they stand: new words are a new version."""

    class Purpose(models.TextChoices):
        NOTICE = "notice", _("how personal data is used")
        PHOTOS = "photos", _("photographs and films")
        LIST = "list", _("the list of participants")
        NEWS = "news", _("news of the network")

    edition = models.ForeignKey(
        Edition, models.CASCADE, related_name="consent_texts", verbose_name=_("edition")
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    text = models.TextField(_("text"), max_length=4000)
    is_required = models.BooleanField(
        _("required"), default=False, help_text=_("Nobody registers without it: keep this for the notice.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=10)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)

    objects: ClassVar[ConsentTextQuerySet] = ConsentTextQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("text to agree to")
        verbose_name_plural = _("texts to agree to")
        ordering = ["order", "purpose", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "purpose", "version"], name="one_consent_text_per_version"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="agreed_texts_are_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=f"""
                    IF EXISTS (SELECT 1 FROM registration_consent WHERE text_id = OLD.id) AND (
                        TG_OP = 'DELETE' OR
                        (NEW.edition_id, NEW.purpose, NEW.version, NEW.is_required,
                            {_texts("NEW")})
                            IS DISTINCT FROM
                        (OLD.edition_id, OLD.purpose, OLD.version, OLD.is_required,
                            {_texts("OLD")})
                    ) THEN
                        RAISE EXCEPTION 'words that someone agreed to stand'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreed_texts_are_frozen';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,  # noqa: S608 - columns alone
            ),
            pgtrigger.Trigger(
                name="agreed_texts_have_no_other_words",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=f"""
                    -- The column without a language holds the words in that of who saved last.
                    IF EXISTS (SELECT 1 FROM registration_consent WHERE text_id = OLD.id) AND NEW.text NOT IN (
                        {_any_text()}
                    ) THEN
                        RAISE EXCEPTION 'words that someone agreed to stand'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreed_texts_are_frozen';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - columns alone
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} · {self.version}"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def standing(self) -> ConsentQuerySet:
        return self.filter(withdrawn_at=None)


class Consent(models.Model):
    """That someone agreed: to which words, in which language, when, and when they withdrew it."""

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="consents", verbose_name=_("registration")
    )
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="consents", verbose_name=_("text"))
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    given_at = models.DateTimeField(_("agreed"), auto_now_add=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects: ClassVar[ConsentQuerySet] = ConsentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "text"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_consent_per_text",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="consents_stand_until_taken_back",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF TG_OP = 'INSERT' THEN
                        IF (SELECT edition_id FROM registration_consenttext WHERE id = NEW.text_id) IS DISTINCT FROM
                           (SELECT edition_id FROM registration_registration WHERE id = NEW.registration_id) THEN
                            RAISE EXCEPTION 'words of another edition are agreed to by nobody'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'consents_stand_until_taken_back';
                        END IF;
                    ELSIF (NEW.id, NEW.registration_id, NEW.text_id, NEW.language, NEW.given_at) IS DISTINCT FROM
                          (OLD.id, OLD.registration_id, OLD.text_id, OLD.language, OLD.given_at)
                          OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
                    THEN
                        RAISE EXCEPTION 'what was agreed to is taken back, once, and else stands'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'consents_stand_until_taken_back';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="consents_outlast_all_but_their_person",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'UPDATE' THEN
                        -- An account that is deleted leaves nobody.
                        IF NEW.given_by_id IS DISTINCT FROM OLD.given_by_id AND NEW.given_by_id IS NOT NULL THEN
                            RAISE EXCEPTION 'who agreed stays who agreed'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'consents_stand_until_taken_back';
                        END IF;
                        RETURN NEW;
                    END IF;
                    IF EXISTS (
                        SELECT 1 FROM registration_registration r
                        WHERE r.id = OLD.registration_id AND r.erased_at IS NULL
                    ) THEN
                        RAISE EXCEPTION 'a consent is taken back; it goes with its person alone'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'consents_outlast_all_but_their_person';
                    END IF;
                    RETURN OLD;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.text.get_purpose_display()
