from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from efus_conference.models import Edition, Organisation, raises_public_version
from efus_conference.moments import plausible, plausible_moments
from programme.models.speakers import Speaker
from programme.models.vocabulary import Room, SessionKind, Theme

CODE_CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that are mistaken for another
CODE_PATTERN = "[0-9A-Z]{6}"


def new_code() -> str:
    return "".join(secrets.choice(CODE_CHARACTERS) for _ in range(6))


class SessionQuerySet(models.QuerySet["Session"]):
    def with_draft(self) -> SessionQuerySet:
        """With all that a release compares, in a fixed number of queries."""
        return self.select_related("edition", "kind", "room__venue").prefetch_related(
            "themes",
            models.Prefetch("appearances", Appearance.objects.select_related("speaker", "organisation")),
        )

    def locked(self) -> SessionQuerySet:
        """For update, each row to the end of the transaction: who moves a draft knows where it is."""
        return self.select_for_update(of=("self",))

    def with_theme(self, themes: Iterable[Theme]) -> SessionQuerySet:
        """Those that have any of these, in their draft or in what is public of them."""
        keys = [theme.pk for theme in themes]
        return self.filter(Q(themes__in=keys) | Q(released__theme_ids__overlap=keys)).distinct()


class Session(models.Model):
    """What a session is for ever (code, guid, kind), and the organisers' draft of it.

    No public page reads the draft: a release copies it to `ReleasedSession`.
    """

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="sessions", verbose_name=_("edition"))
    code = models.CharField(
        _("code"),
        max_length=6,
        unique=True,
        default=new_code,
        validators=[RegexValidator(f"^{CODE_PATTERN}$", _("Six characters, digits and capitals."))],
    )
    guid = models.UUIDField(_("guid"), unique=True, default=uuid.uuid4, editable=False)
    kind = models.ForeignKey(SessionKind, models.PROTECT, related_name="sessions", verbose_name=_("kind"))
    title = models.CharField(_("title"), max_length=300)
    subtitle = models.CharField(_("subtitle"), max_length=300, blank=True)
    abstract = models.TextField(
        _("abstract"), blank=True, help_text=_("What it is about, in a few sentences.")
    )
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, related_name="sessions", verbose_name=_("room")
    )
    meeting_point = models.CharField(
        _("meeting point"), max_length=300, blank=True, help_text=_("For what takes place outside a room.")
    )
    how_to_get_there = models.TextField(_("how to get there"), blank=True)
    accessibility = models.TextField(_("accessibility"), blank=True)
    what_to_bring = models.TextField(_("what to bring"), blank=True)
    wheelchair_places = models.PositiveSmallIntegerField(_("wheelchair places"), null=True, blank=True)
    departs_at = models.DateTimeField(
        _("departure"),
        null=True,
        blank=True,
        validators=[plausible],
        help_text=_("When a field visit leaves its meeting point."),
    )
    returns_at = models.DateTimeField(_("return"), null=True, blank=True, validators=[plausible])
    identity_by = models.DateTimeField(
        _("identity document by"),
        null=True,
        blank=True,
        validators=[plausible],
        help_text=_("For a secured visit: until when people give the document they will show."),
    )
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True, validators=[plausible])
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True, validators=[plausible])
    floor_languages = ArrayField(
        models.CharField(max_length=10), verbose_name=_("spoken in"), default=list, blank=True
    )
    interpretation_languages = ArrayField(
        models.CharField(max_length=10),
        verbose_name=_("interpreted into"),
        default=list,
        blank=True,
        help_text=_("Spoken and sign languages."),
    )
    caption_languages = ArrayField(
        models.CharField(max_length=10), verbose_name=_("captions in"), default=list, blank=True
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="sessions", verbose_name=_("themes"))
    speakers = models.ManyToManyField(
        Speaker, through="Appearance", related_name="sessions", verbose_name=_("speakers")
    )
    is_cancelled = models.BooleanField(
        _("cancelled"), default=False, help_text=_("Once released it stays on the site, marked as cancelled.")
    )
    note = models.TextField(_("organisers' note"), blank=True, help_text=_("Never shown on the site."))
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects: ClassVar[SessionQuerySet] = SessionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="session_ends_after_it_starts",
                violation_error_message=_("Give both times or none; a session ends after it starts."),
            ),
            models.CheckConstraint(condition=Q(code__regex=f"^{CODE_PATTERN}$"), name="session_code_form"),
            models.CheckConstraint(
                condition=(
                    Q(departs_at__isnull=True)
                    | Q(departs_at__gte=F("starts_at"), departs_at__lt=F("ends_at"))
                )
                & (
                    Q(returns_at__isnull=True)
                    | Q(returns_at__gt=F("starts_at"), returns_at__lte=F("ends_at"))
                )
                & (
                    Q(departs_at__isnull=True)
                    | Q(returns_at__isnull=True)
                    | Q(returns_at__gt=F("departs_at"))
                ),
                name="visit_leaves_and_returns_within_its_time",
                violation_error_message=_(
                    "Departure and return are within the session's time, the return after the departure."
                ),
            ),
            plausible_moments(
                "session_times_are_plausible",
                "starts_at",
                "ends_at",
                "departs_at",
                "returns_at",
                "identity_by",
            ),
        ]
        indexes = [models.Index(fields=["edition", "starts_at"])]
        triggers = [
            # All else is the draft. Of what is released, these are read here and not from the released row.
            raises_public_version(
                only_if="""
                    (OLD.code, OLD.guid, OLD.edition_id) IS DISTINCT FROM (NEW.code, NEW.guid, NEW.edition_id)
                    AND EXISTS (SELECT FROM programme_releasedsession WHERE session_id IN (OLD.id, NEW.id))
                """
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        if self.room_id and self.room and self.room.edition_id != self.edition_id:
            raise ValidationError({"room": _("This room belongs to another edition.")})
        if self.spans_two_days():
            raise ValidationError(
                {"ends_at": _("A session is within one day: make one of the next day for what follows.")}
            )
        if self.pk and self.releases_of_other_editions():
            raise ValidationError({"edition": _("This session is public in another edition already.")})

    def spans_two_days(self) -> bool:
        """On the clocks of its place; midnight sharp is the end of a day."""
        if self.starts_at is None or self.ends_at is None or not self.edition_id:
            return False
        first, last = (
            moment.astimezone(self.edition.zone)
            for moment in (self.starts_at, self.ends_at - timedelta(microseconds=1))
        )
        return self.starts_at < self.ends_at and first.date() != last.date()

    def releases_of_other_editions(self) -> bool:
        return self.changes.exclude(release__edition=self.edition_id).exists()


class Appearance(models.Model):
    """One person's part in one session, with the function and organisation they had then."""

    class Role(models.TextChoices):
        CHAIR = "chair", _("chair")
        MODERATOR = "moderator", _("moderator")
        SPEAKER = "speaker", _("speaker")
        RAPPORTEUR = "rapporteur", _("rapporteur")
        HOST = "host", pgettext_lazy("of a session", "host")

    class Answer(models.TextChoices):
        NOT_ASKED = "", _("not asked")
        ASKED = "asked", _("asked")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    session = models.ForeignKey(
        Session, models.CASCADE, related_name="appearances", verbose_name=_("session")
    )
    speaker = models.ForeignKey(
        Speaker, models.PROTECT, related_name="appearances", verbose_name=_("speaker")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.SPEAKER)
    function = models.CharField(_("function"), max_length=250, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("organisation")
    )
    is_to_be_confirmed = models.BooleanField(_("to be confirmed"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    answer = models.CharField(
        _("answer"), max_length=10, choices=Answer, default=Answer.NOT_ASKED, blank=True
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    answer_note = models.TextField(_("note with the answer"), max_length=1000, blank=True, editable=False)

    class Meta:
        verbose_name = _("appearance")
        verbose_name_plural = _("appearances")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "speaker", "role"],
                name="a_role_once_per_session",
                violation_error_message=_("This person has this role in the session already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.speaker} · {self.get_role_display()}"
