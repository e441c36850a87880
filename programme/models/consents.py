from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition
from efus_conference.secret_links import hash_of_token
from programme.models.speakers import Speaker


class ConsentEvent(models.Model):
    """A consent to be named and shown that was given or withdrawn: when, to which words, and how we know.

    The speaker's row carries the current state; these rows are its history and only grow, until an erasure
    takes them with the speaker.
    """

    class Verb(models.TextChoices):
        GIVEN = "given", _("agreed")
        WITHDRAWN = "withdrawn", _("withdrew it")

    class Through(models.TextChoices):
        LINK = "link", _("by their own link")
        ORGANISER = "organiser", _("recorded by an organiser")
        IMPORT = "import", _("named in an imported programme")

    speaker = models.ForeignKey(
        Speaker, models.CASCADE, related_name="consent_events", verbose_name=_("speaker")
    )
    verb = models.CharField(_("what"), max_length=10, choices=Verb)
    at = models.DateTimeField(_("when"), default=timezone.now)
    through = models.CharField(_("how"), max_length=10, choices=Through)
    wording = models.TextField(_("the words agreed to"), blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-at", "-pk"]
        triggers = [
            pgtrigger.Trigger(
                name="consent_history_only_grows",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                # Who recorded it may be erased; nothing else changes.
                func="""
                    IF (NEW.speaker_id, NEW.verb, NEW.at, NEW.through, NEW.wording, NEW.language)
                        IS DISTINCT FROM (OLD.speaker_id, OLD.verb, OLD.at, OLD.through, OLD.wording, OLD.language)
                    THEN
                        RAISE EXCEPTION 'a consent that was recorded is not rewritten'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_history_only_grows';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.speaker} · {self.get_verb_display()}"


class SpeakerLinkQuerySet(models.QuerySet["SpeakerLink"]):
    def usable(self) -> SpeakerLinkQuerySet:
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def by_token(self, token: str) -> SpeakerLinkQuerySet:
        return self.filter(token_hash=hash_of_token(token))


class SpeakerLink(models.Model):
    """A secret address by which a speaker, or who assists them, completes their part of one edition.

    Only the token's hash is kept; the mail's job makes the token.
    """

    speaker = models.ForeignKey(Speaker, models.CASCADE, related_name="links", verbose_name=_("speaker"))
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+", verbose_name=_("edition"))
    token_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - none yet
    sent_to = models.EmailField(_("sent to"))
    language = models.CharField(_("language"), max_length=10, default="en")
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    expires_at = models.DateTimeField(_("expires"))
    opened_at = models.DateTimeField(_("first used"), null=True, blank=True)
    finished_at = models.DateTimeField(_("said to be complete"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects: ClassVar[SpeakerLinkQuerySet] = SpeakerLinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("speaker's link")
        verbose_name_plural = _("speakers' links")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["speaker", "edition"],
                condition=Q(revoked_at__isnull=True),
                name="one_link_per_speaker_and_edition",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.speaker} · {self.edition}"
