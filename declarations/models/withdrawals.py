from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from declarations import triggers
from declarations.models.invitations import Actor
from declarations.models.signatures import Signature


class WithdrawalQuerySet(models.QuerySet["Withdrawal"]):
    def open(self) -> WithdrawalQuerySet:
        """Those on which nobody decided yet."""
        return self.filter(outcome="")


class Withdrawal(models.Model):
    """An office's wish to take its signature back, entered with its mailbox's code, or by an officer from paper.

    An officer, and never the one who entered it, carries it out; the database lets no signature be withdrawn
    without one (`withdrawal_takes_two` in `declarations/triggers/`).
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("withdrawn")
        DROPPED = "dropped", _("not withdrawn")

    signature = models.ForeignKey(
        Signature, models.PROTECT, related_name="withdrawals", verbose_name=_("signature")
    )
    reason = models.TextField(_("reason"))
    entered_by = models.ForeignKey(Actor, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    code = models.OneToOneField(
        "declarations.MailboxCode",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("by the code"),
    )
    entered_at = models.DateTimeField(_("entered"), auto_now_add=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    decided_by = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    note = models.TextField(
        _("why it was not carried out"), blank=True, help_text=_("The office reads it, where there is one.")
    )

    objects: ClassVar[WithdrawalQuerySet] = WithdrawalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        ordering = ["-entered_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["signature"], condition=Q(outcome=""), name="one_open_withdrawal_per_signature"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_by=None, decided_at=None)
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(outcome="")),
                name="withdrawal_is_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="done") | ~Q(decided_by=F("entered_by")),
                name="withdrawal_by_two",
                violation_error_message=_(
                    "Someone else carries a withdrawal out, not the one who entered it."
                ),
            ),
        ]
        triggers = triggers.WITHDRAWAL

    def __str__(self) -> str:
        return f"{self.signature} · {self.entered_at:%Y-%m-%d}"

    @property
    def is_from_paper(self) -> bool:
        """Whether an officer entered it, and not the office with its mailbox's code."""
        return self.code_id is None
