from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from declarations import triggers
from declarations.models.invitations import Actor, Signatory
from declarations.models.signatures import Mandate, Signature
from declarations.models.texts import Declaration
from efus_conference.models import raises_public_version


class Ceremony(models.Model):
    """The signing of one declaration on stage: open while it is on, over once it was ended."""

    declaration = models.OneToOneField(
        Declaration, models.PROTECT, related_name="ceremony", verbose_name=_("declaration")
    )
    undo_seconds = models.PositiveSmallIntegerField(
        _("time to undo"),
        default=120,
        help_text=_("Seconds after the confirmation, before a signature enters the register and the log."),
    )
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True, editable=False)
    opened_by = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("ceremony")
        verbose_name_plural = _("ceremonies")
        constraints = [
            models.CheckConstraint(
                condition=Q(undo_seconds__gte=10, undo_seconds__lte=3600),
                name="time_to_undo_is_seconds_to_an_hour",
                violation_error_message=_("Give from 10 seconds to an hour (3600)."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(opened_at__isnull=False, ended_at__gte=F("opened_at")),
                name="ceremony_ends_after_it_opened",
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None, opened_by=None)
                | Q(opened_at__isnull=False, opened_by__isnull=False),
                name="somebody_opened_the_ceremony",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="somebody_ended_the_ceremony",
            ),
        ]
        triggers = [
            *triggers.CEREMONY,
            raises_public_version(only_if="OLD.opened_at IS NOT NULL OR NEW.opened_at IS NOT NULL"),
        ]

    def __str__(self) -> str:
        return str(self.declaration)

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None and self.ended_at is None


class StageSigning(models.Model):
    """Who is to sign on stage for one signatory: pre-cleared by two officers, then signed before two.

    Nothing of it is public before the second officer of the evening confirms; its `signature` is made at that moment
    and enters register and log when the time to undo is over. Every step raises `version`, by which a stale
    screen is known, and writes a `StageEvent`.
    """

    ceremony = models.ForeignKey(
        Ceremony, models.PROTECT, related_name="signings", verbose_name=_("ceremony")
    )
    signatory = models.ForeignKey(
        Signatory, models.PROTECT, related_name="stage_signings", verbose_name=_("signatory")
    )
    precedence = models.PositiveSmallIntegerField(
        _("precedence"),
        default=100,
        help_text=_("Who has the lower number stands before; alike, by country, then by name."),
    )
    signer_name = models.CharField(_("who signs"), max_length=200)
    signer_office = models.CharField(_("in what office"), max_length=200)
    substitute_name = models.CharField(_("who may sign instead"), max_length=200, blank=True)
    substitute_office = models.CharField(_("in what office, instead"), max_length=200, blank=True)
    basis = models.CharField(_("basis"), max_length=20, choices=Mandate.Basis)
    body = models.CharField(_("body that decided or will ratify"), max_length=200, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    reference = models.CharField(_("reference of the decision"), max_length=120, blank=True)
    ratify_until = models.DateField(_("to be ratified until"), null=True, blank=True)
    entered_by = models.ForeignKey(
        Actor, models.PROTECT, editable=False, related_name="+", verbose_name=_("entered by")
    )
    entered_at = models.DateTimeField(_("entered"), editable=False)
    cleared_by = models.ForeignKey(
        Actor,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("cleared by"),
    )
    cleared_at = models.DateTimeField(_("cleared"), null=True, blank=True, editable=False)
    # On stage.
    absent_at = models.DateTimeField(_("absent"), null=True, blank=True, editable=False)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True, editable=False)
    # Who signed instead: the substitute who was cleared, or somebody nobody foresaw.
    stood_in_name = models.CharField(_("who signed instead"), max_length=200, blank=True, editable=False)
    stood_in_office = models.CharField(
        _("in what office, instead"), max_length=200, blank=True, editable=False
    )
    recorded_by = models.ForeignKey(
        Actor,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    scan_follows = models.BooleanField(_("scan to follow"), default=False, editable=False)
    confirmed_by = models.ForeignKey(
        Actor,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True, editable=False)
    signature = models.OneToOneField(
        Signature,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="stage_signing",
        verbose_name=_("signature"),
    )
    # What a scan rests on that comes before the confirmation.
    draft = models.OneToOneField(
        Signature, models.PROTECT, null=True, blank=True, editable=False, related_name="drafted_on_stage"
    )
    version = models.PositiveIntegerField(default=0, editable=False)

    # Who is named in a row, each by name and office: who is to sign, who may instead, and who did instead.
    NAMED = ("signer", "substitute", "stood_in")

    class Meta:
        verbose_name = _("signing on stage")
        verbose_name_plural = _("signings on stage")
        ordering = ["ceremony", "precedence", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ceremony", "signatory"],
                name="on_stage_once",
                violation_error_message=_("This signatory is on the list already."),
            ),
            models.CheckConstraint(
                condition=Q(cleared_by=None, cleared_at=None)
                | (Q(cleared_by__isnull=False, cleared_at__isnull=False) & ~Q(cleared_by=F("entered_by"))),
                name="cleared_by_two",
                violation_error_message=_("A second officer clears who signs."),
            ),
            models.CheckConstraint(
                condition=Q(cleared_by=None) | (~Q(signer_name="") & ~Q(signer_office="")),
                name="cleared_with_a_name",
            ),
            models.CheckConstraint(
                condition=Q(draft=None) | Q(signed_at__isnull=False, signature=None),
                name="scan_of_what_was_signed",
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None, recorded_by=None, stood_in_name="")
                | Q(signed_at__isnull=False, recorded_by__isnull=False, cleared_by__isnull=False),
                name="signed_on_stage_once_cleared",
            ),
            models.CheckConstraint(
                condition=Q(absent_at=None) | Q(signed_at=None), name="who_is_absent_did_not_sign"
            ),
            models.CheckConstraint(
                condition=Q(stood_in_name="", stood_in_office="")
                | (~Q(stood_in_name="") & ~Q(stood_in_office="")),
                name="substitute_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(scan_follows=False) | Q(signed_at__isnull=False),
                name="scan_follows_what_was_signed",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None, signature=None)
                | (
                    Q(
                        confirmed_by__isnull=False,
                        confirmed_at__isnull=False,
                        signature__isnull=False,
                        signed_at__isnull=False,
                    )
                    & ~Q(confirmed_by=F("recorded_by"))
                ),
                name="confirmed_by_another",
                violation_error_message=_("A second officer confirms, on another device."),
            ),
        ]
        triggers = [
            *triggers.STAGE_SIGNING,
            raises_public_version(only_if="OLD.signature_id IS NOT NULL OR NEW.signature_id IS NOT NULL"),
        ]

    def __str__(self) -> str:
        return str(self.signatory)

    @property
    def by_substitute(self) -> bool:
        return self.stood_in_name != ""

    @property
    def name(self) -> str:
        """Who signed, or is to."""
        return self.stood_in_name or self.signer_name

    @property
    def office(self) -> str:
        return self.stood_in_office or self.signer_office

    @property
    def published_from(self) -> datetime | None:
        """The end of the time to undo; None before the confirmation."""
        if self.confirmed_at is None:
            return None
        return self.confirmed_at + timedelta(seconds=self.ceremony.undo_seconds)


class StageEvent(models.Model):
    """What was done with a signing on stage, append-only."""

    class Kind(models.TextChoices):
        ENTERED = "entered", _("entered")
        CHANGED = "changed", _("changed")
        CLEARED = "cleared", _("cleared")
        SIGNED = "signed", _("signed")
        SUBSTITUTED = "substituted", _("signed by the substitute")
        ABSENT = "absent", _("absent")
        TAKEN_BACK = "taken_back", _("taken back before the confirmation")
        SCAN_FOLLOWS = "scan_follows", _("scan to follow")
        SCANNED = "scanned", _("scan added")
        CONFIRMED = "confirmed", _("confirmed")
        UNDONE = "undone", _("undone")
        PUBLISHED = "published", _("published")
        CALLED_AGAIN = "called_again", _("put back on the list")

    signing = models.ForeignKey(
        StageSigning, models.PROTECT, related_name="events", verbose_name=_("signing on stage")
    )
    kind = models.CharField(_("what"), max_length=14, choices=Kind)
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="+", verbose_name=_("by"))
    note = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)  # of the signing, once this was done
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("event of a signing on stage")
        verbose_name_plural = _("history of signings on stage")
        ordering = ["at", "pk"]
        triggers = triggers.kept_for_ever("stage_event_is_kept")

    def __str__(self) -> str:
        return self.get_kind_display()
