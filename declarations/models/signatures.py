from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations import triggers
from declarations.models.invitations import Actor, Signatory
from efus_conference.models import raises_public_version
from efus_conference.private_files import private_storage

ACTIVE_STATES = ("historical", "submitted", "under_review", "needs_information", "confirmed", "verified")
PENDING_STATES = ("submitted", "under_review", "needs_information", "confirmed")
PUBLIC_STATES = ("historical", "verified")
# Public too, where its declaration says so and its office recorded it: see `Declaration.shows_recorded`.
RECORDED_STATES = ("submitted", "under_review")
# What the stage shows of those who signed there; the register has only what is verified.
STAGE_STATES = ("confirmed", "verified")


class SignatureQuerySet(models.QuerySet["Signature"]):
    def public(self) -> SignatureQuerySet:
        """What the register shows: historical records, and those whose evidence someone else checked.

        Where the declaration shows them, also those that their office recorded and nobody checked yet, if it read
        then that they are shown.
        """
        return self.filter(
            Q(state__in=PUBLIC_STATES)
            | Q(
                state__in=RECORDED_STATES,
                signatory__declaration__shows_recorded=True,
                recorded_by_office=True,
                told_shown=True,
                replaces=None,
            )
        )

    def active(self) -> SignatureQuerySet:
        """Those that count, or will once they are checked: one per signatory, and beside it one that replaces it."""
        return self.filter(state__in=ACTIVE_STATES)

    def on_stage(self) -> SignatureQuerySet:
        """What the stage shows: signed there before two officers, whether the time to undo is over or not."""
        return self.filter(stage_signing__isnull=False, state__in=STAGE_STATES)

    def to_verify(self) -> SignatureQuerySet:
        return self.filter(state__in=[Signature.State.SUBMITTED, Signature.State.UNDER_REVIEW])


def new_receipt_code() -> str:
    return secrets.token_urlsafe(24)


class Signature(models.Model):
    """One signatory's signature: who signed, in what office, on which day, and where it stands.

    `state` changes only by inserting a `SignatureEvent`: a trigger writes it and refuses any other hand.
    What the office recorded is fixed from submission on, unless more information is asked for. In state `new`
    it is the office's unsent draft.
    """

    class State(models.TextChoices):
        NEW = "new", _("being recorded")
        HISTORICAL = "historical", _("historical record")
        SUBMITTED = "submitted", _("recorded by the office")
        UNDER_REVIEW = "under_review", _("under review")
        NEEDS_INFORMATION = "needs_information", _("needs information")
        CONFIRMED = "confirmed", _("confirmed on stage")
        VERIFIED = "verified", _("evidence checked")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        SUPERSEDED = "superseded", _("superseded")
        UNDONE = "undone", _("undone on stage")

    signatory = models.ForeignKey(
        Signatory, models.PROTECT, related_name="signatures", verbose_name=_("signatory")
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.NEW, editable=False)
    signer_name = models.CharField(_("who signed"), max_length=200, blank=True)
    signer_office = models.CharField(_("in what office"), max_length=200, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    language = models.CharField(_("text read in"), max_length=10, blank=True)
    informed_at = models.DateTimeField(_("read what signing means"), null=True, blank=True, editable=False)
    # Pinned with `informed_at`: what is switched on later makes nothing public that was recorded before.
    told_shown = models.BooleanField(
        _("read that it is shown before it is checked"), default=False, editable=False
    )
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="replacements",
        verbose_name=_("replaces"),
    )
    # The signatory as it was when it signed, written by the database with the event that submits.
    names = models.JSONField(_("name at signing"), default=dict, blank=True, editable=False)
    country = models.CharField(_("country at signing"), max_length=2, blank=True, editable=False)
    kind = models.CharField(_("kind at signing"), max_length=30, blank=True, editable=False)
    latitude = models.DecimalField(
        _("latitude at signing"), max_digits=7, decimal_places=4, null=True, blank=True, editable=False
    )
    longitude = models.DecimalField(
        _("longitude at signing"), max_digits=7, decimal_places=4, null=True, blank=True, editable=False
    )
    recorded_by_office = models.BooleanField(_("recorded by its office"), default=False, editable=False)
    text_hash = models.CharField(_("hash of the texts"), max_length=64, blank=True, editable=False)
    invitation = models.ForeignKey(
        "declarations.Invitation",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="signatures",
        verbose_name=_("invitation"),
    )
    receipt_code = models.CharField(max_length=40, unique=True, default=new_receipt_code, editable=False)
    # By which the public log names it: nothing follows from it.
    log_id = models.UUIDField(unique=True, db_default=models.Func(function="gen_random_uuid"), editable=False)
    person_erased_at = models.DateTimeField(_("who signed was erased"), null=True, blank=True, editable=False)
    made_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    decided_at = models.DateTimeField(_("verified or refused"), null=True, blank=True, editable=False)

    objects: ClassVar[SignatureQuerySet] = SignatureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["signatory__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["signatory"],
                condition=Q(state__in=PUBLIC_STATES),
                name="one_active_signature_per_signatory",
            ),
            models.UniqueConstraint(
                fields=["signatory"],
                condition=Q(state__in=PENDING_STATES),
                name="one_pending_signature_per_signatory",
            ),
        ]
        triggers = [
            *triggers.SIGNATURE,
            raises_public_version(
                only_if=f"""
                    OLD.state IN {PUBLIC_STATES} OR NEW.state IN {PUBLIC_STATES}
                    -- The stage shows it: a withdrawal takes it away from there.
                    OR OLD.state IN {STAGE_STATES} OR EXISTS (
                        SELECT FROM declarations_signatory s JOIN declarations_declaration d ON d.id = s.declaration_id
                        WHERE s.id = NEW.signatory_id AND d.shows_recorded)
                """
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signatory} · {self.get_state_display()}"

    @property
    def state_in_words(self) -> str:
        """Where it stands. Of one that was given on stage no evidence was checked: two officers saw it signed."""
        if self.state == self.State.VERIFIED and hasattr(self, "stage_signing"):
            return str(_("signed on stage before two officers"))
        return str(self.get_state_display())


class SignatureEvent(models.Model):
    """What happened to a signature, append-only. Inserting one is the only way to change its state.

    The database refuses as verifier whoever recorded the signature, sent its invitation or set the office's
    mailbox, and anyone of the signatory itself, superusers included (see `declarations/triggers/`).
    """

    class Kind(models.TextChoices):
        HISTORICAL = "historical", _("entered from the archive")
        SUBMITTED = "submitted", _("recorded")
        UNDER_REVIEW = "under_review", _("taken under review")
        NEEDS_INFORMATION = "needs_information", _("information asked for")
        CONFIRMED = "confirmed", _("confirmed on stage")
        VERIFIED = "verified", _("verified")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        SUPERSEDED = "superseded", _("superseded")
        UNDONE = "undone", _("undone on stage")

    signature = models.ForeignKey(
        Signature, models.PROTECT, related_name="events", verbose_name=_("signature")
    )
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="events", verbose_name=_("by"))
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("history")
        ordering = ["at", "pk"]
        triggers = triggers.SIGNATURE_EVENT

    def __str__(self) -> str:
        return self.get_kind_display()


class Mandate(models.Model):
    """By what right someone signed for an organisation. It is public."""

    class Basis(models.TextChoices):
        OWN_COMPETENCE = "own_competence", _("own competence of the office")
        EXECUTIVE = "executive", _("decision of the executive")
        COUNCIL = "council", _("decision of the council")
        RATIFICATION = "ratification", _("subject to ratification")

    signature = models.OneToOneField(
        Signature, models.CASCADE, related_name="mandate", verbose_name=_("signature")
    )
    basis = models.CharField(_("basis"), max_length=20, choices=Basis)
    body = models.CharField(_("body that decided or will ratify"), max_length=200, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    reference = models.CharField(_("reference of the decision"), max_length=120, blank=True)
    ratify_until = models.DateField(_("to be ratified until"), null=True, blank=True)

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [
            models.CheckConstraint(
                condition=Q(basis="own_competence") | ~Q(body=""),
                name="a_decision_has_its_body",
                violation_error_message=_("Say which body decided, or will ratify."),
            ),
            models.CheckConstraint(
                condition=~Q(basis__in=["executive", "council"]) | Q(decided_on__isnull=False),
                name="a_decision_has_its_day",
                violation_error_message=_("Give the day of the decision."),
            ),
            models.CheckConstraint(
                condition=~Q(basis="ratification") | Q(ratify_until__isnull=False),
                name="a_ratification_has_its_day",
                violation_error_message=_("Give the day until which it is to be ratified."),
            ),
        ]
        triggers = [
            triggers.fixed_with_its_signature(
                "mandate_fixed_once_submitted", unless=triggers.MANDATE_OF_THE_ERASED
            ),
            raises_public_version(
                only_if=f"""
                    EXISTS (SELECT FROM declarations_signature
                        WHERE id IN (OLD.signature_id, NEW.signature_id) AND state IN {PUBLIC_STATES})
                """
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_basis_display())


def evidence_path(evidence: Evidence, _filename: str) -> str:
    """A random name: an address of evidence can't be guessed, and the sender's file name opens nothing."""
    return f"evidence/{secrets.token_hex(24)}"


def preview_path(evidence: Evidence, _filename: str) -> str:
    return f"evidence/{secrets.token_hex(24)}.png"


class Evidence(models.Model):
    """The signed page, or the decision: kept byte for byte, handed out only to officers, as a download.

    Long after its signature ended the file goes, and the row stays without it: see `declarations.retention`.
    """

    class Kind(models.TextChoices):
        SIGNED_PAGE = "signed_page", _("signed page")
        DECISION = "decision", _("decision")

    signature = models.ForeignKey(
        Signature, models.PROTECT, related_name="evidence", verbose_name=_("signature")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.SIGNED_PAGE)
    file = models.FileField(_("file"), storage=private_storage, upload_to=evidence_path, max_length=120)
    preview = models.FileField(
        _("preview"), storage=private_storage, upload_to=preview_path, max_length=120, blank=True
    )
    name = models.CharField(_("file name as sent"), max_length=200)
    content_type = models.CharField(_("type"), max_length=40)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    findings = models.JSONField(
        _("digital signatures found"),
        default=list,
        blank=True,
        editable=False,
        help_text=_("What validating a signed PDF showed when it came: a list, empty where there is none."),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("piece of evidence")
        verbose_name_plural = _("evidence")
        ordering = ["kind", "pk"]
        triggers = [
            triggers.fixed_with_its_signature(
                "evidence_fixed_once_submitted",
                unless=f"({triggers.FILE_IS_FORGOTTEN}) OR ({triggers.FILE_OF_THE_ERASED})"
                f" OR ({triggers.SCAN_OF_THE_STAGE})",
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())
