from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db import models
from django.db.models import Deferrable, F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, raises_public_version
from programme.models.sessions import Session
from programme.models.speakers import Speaker
from programme.models.vocabulary import Room, SessionKind

# What of a session is translated: a release copies it into `texts`.
TEXTS = (
    "title",
    "subtitle",
    "abstract",
    "meeting_point",
    "how_to_get_there",
    "accessibility",
    "what_to_bring",
)


class Release(models.Model):
    """One publication of the programme, of everything or of chosen sessions."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="releases", verbose_name=_("edition"))
    number = models.PositiveIntegerField(_("number"))
    note = models.CharField(_("note to the readers"), max_length=300, blank=True)
    released_at = models.DateTimeField(_("released"))
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("released by")
    )

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["-released_at", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="release_numbers_are_unique"),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return f"{self.edition} · {self.number}"


class ReleasedSessionQuerySet(models.QuerySet["ReleasedSession"]):
    def of(self, edition: Edition) -> ReleasedSessionQuerySet:
        """The edition's released sessions in the order of the programme, with all that a page shows."""
        return (
            self.filter(edition=edition)
            .select_related("session", "kind", "room__venue")
            .order_by("during__startswith", "kind__order", "room__order", "session_id")
        )

    def listed(self, edition: Edition) -> list[ReleasedSession]:
        """The rows of `of` for a page that lists them all, without its speakers, in three queries.

        Half of what such a page costs was the making of a session, a kind and a room for every row.
        """
        rows: list[ReleasedSession] = list(
            self.filter(edition=edition)
            .annotate(session_code=F("session__code"))
            .defer("appearances")
            .order_by("during__startswith", "kind__order", "room__order", "session_id")
        )
        kinds = SessionKind.objects.in_bulk({row.kind_id for row in rows})
        rooms = Room.objects.in_bulk({row.room_id for row in rows if row.room_id})
        for row in rows:
            row.kind = kinds[row.kind_id]
            row.room = rooms[row.room_id] if row.room_id else None
        return rows

    def with_speaker(self, speaker: Speaker) -> ReleasedSessionQuerySet:
        """Where a person appears, in all editions, the newest edition first."""
        return (
            self.filter(appearances__contains=[{"speaker": speaker.pk}])
            .select_related("session", "kind", "room__venue")
            .order_by("-edition__number", "during__startswith", "session_id")
        )


class ReleasedSession(models.Model):
    """What the public sees of a session: all that pages, feeds, search and bookings read.

    `texts` is {"en": {"title": …, "abstract": …}, "fr": {…}}, those of `TEXTS` that are not empty. `appearances`
    is a list, in order, of {"speaker": id, "role": …, "function": {"en": …}, "organisation": id or null,
    "is_to_be_confirmed": bool}; names and consent are read live from the speakers. `sequence` is iCalendar's
    (RFC 5545, 3.8.7.4): one up at each change of time, room or status.
    """

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        CANCELLED = "cancelled", _("cancelled")

    session = models.OneToOneField(
        Session, models.PROTECT, primary_key=True, related_name="released", verbose_name=_("session")
    )
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="released_sessions")
    kind = models.ForeignKey(SessionKind, models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="released_sessions")
    during = DateTimeRangeField(_("time"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.CONFIRMED)
    sequence = models.PositiveIntegerField(_("sequence"), default=0)
    texts = models.JSONField(_("texts"), default=dict)
    floor_languages = ArrayField(models.CharField(max_length=10), default=list)
    interpretation_languages = ArrayField(models.CharField(max_length=10), default=list)
    caption_languages = ArrayField(models.CharField(max_length=10), default=list)
    departs_at = models.DateTimeField(_("departure"), null=True)
    returns_at = models.DateTimeField(_("return"), null=True)
    wheelchair_places = models.PositiveSmallIntegerField(_("wheelchair places"), null=True)
    identity_by = models.DateTimeField(_("identity document by"), null=True)
    theme_ids = ArrayField(models.BigIntegerField(), default=list)
    appearances = models.JSONField(default=list)
    first_release = models.ForeignKey(Release, models.PROTECT, related_name="+")
    last_release = models.ForeignKey(Release, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(_("changed"), help_text=_("When the last release changed it."))

    objects: ClassVar[ReleasedSessionQuerySet] = ReleasedSessionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("released session")
        verbose_name_plural = _("released sessions")
        constraints = [
            # Deferred to the end of the transaction, so that one release may swap the rooms of two sessions.
            ExclusionConstraint(
                name="a_room_holds_one_session_at_a_time",
                expressions=[("room", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(status="confirmed", room__isnull=False),
                deferrable=Deferrable.DEFERRED,
                violation_error_message=_("Two sessions would share a room at one time."),
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="released_time_has_both_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["edition"]),
            GistIndex(fields=["during"]),
            # Where somebody speaks: appearances @> [{"speaker": id}].
            GinIndex(fields=["appearances"], name="who_appears_where", opclasses=["jsonb_path_ops"]),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programme:session", args=[self.edition.slug, self.session.code])

    def text(self, name: str, language: str | None = None) -> str:
        """A text in a language (the reader's by default), else in English, else in any; "" where there is none."""
        for wanted in (language or (get_language() or "en")[:2], "en", *self.texts):
            value: str = self.texts.get(wanted, {}).get(name, "")
            if value:
                return value
        return ""

    def language_of(self, name: str) -> str:
        """The language in which `text` has it; the reader's where there is none."""
        asked = (get_language() or "en")[:2]
        order = (asked, "en", *self.texts)
        return next((code for code in order if self.texts.get(code, {}).get(name)), asked)

    @property
    def code(self) -> str:
        """Its session's; `listed` brings it without the session."""
        return self.__dict__.get("session_code") or self.session.code

    @property
    def title(self) -> str:
        return self.text("title")

    @property
    def starts_at(self) -> datetime:
        return self.during.lower

    @property
    def ends_at(self) -> datetime:
        return self.during.upper

    @property
    def followed_in(self) -> list[str]:
        """The languages in which one can follow it: spoken, interpreted (sign languages too) or captioned."""
        return list(
            dict.fromkeys([*self.floor_languages, *self.interpretation_languages, *self.caption_languages])
        )

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED


class ReleaseChange(models.Model):
    """One line of the public changelog: what a release did to one session."""

    class Kind(models.TextChoices):
        NEW = "new", _("new")
        MOVED = "moved", _("moved")
        CHANGED = "changed", _("changed")
        CANCELLED = "cancelled", _("cancelled")
        RESTORED = "restored", _("takes place after all")

    release = models.ForeignKey(Release, models.CASCADE, related_name="changes")
    session = models.ForeignKey(Session, models.PROTECT, related_name="changes")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # {"during": [iso, iso], "room": id, "fields": ["texts", …]} before and after; never a speaker's name.
    before: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    after: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["release", "session"], name="a_session_changes_once_per_release"),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return f"{self.session} · {self.get_kind_display()}"
