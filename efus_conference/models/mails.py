from __future__ import annotations

from functools import reduce
from operator import or_
from typing import ClassVar, Protocol

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _


class Reader(Protocol):
    def has_perm(self, perm: str, /) -> bool: ...


# As organisers read them; the apps compose them by their short names.
KINDS = {
    "declarations/invitation": _("invitation to sign"),
    "declarations/reminder": _("reminder to sign"),
    "declarations/code": _("code to the mailbox of an office"),
    "declarations/declined": _("declining to sign"),
    "declarations/information": _("information on a signature"),
    "declarations/receipt": _("receipt of a signature"),
    "declarations/verified": _("signature verified"),
    "declarations/proof": _("proof that a signature is in the log"),
    "declarations/refused": _("signature refused"),
    "declarations/withdrawal_asked": _("wish to withdraw a signature received"),
    "declarations/withdrawn": _("signature withdrawn"),
    "declarations/withdrawal_dropped": _("signature not withdrawn"),
    "declarations/checkpoint": _("checkpoint of a log, to its witness"),
    "declarations/log_alarm": _("alarm of a log"),
    "programme/speaker_link": _("link for a speaker"),
    "programme/speaker_reminder": _("reminder to a speaker"),
    "programme/speaker_confirmation": _("confirmation for a speaker"),
    "registration/confirmation": _("registration confirmed"),
    "registration/submitted": _("registration received"),
    "registration/waiting": _("on the waiting list of a category"),
    "registration/place_offer": _("place offered"),
    "registration/place_expired": _("offer of a place expired"),
    "registration/refused": _("registration refused"),
    "registration/cancelled": _("registration cancelled"),
    "registration/changed": _("registration changed"),
    "registration/handed_over": _("registration handed over"),
    "registration/replaced": _("place given to someone else"),
    "registration/need_reply": _("reply to access needs"),
    "registration/place_invitation": _("invitation to a place"),
    "registration/place_link_asked": _("new link to a place asked for"),
    "registration/reminder": _("reminder of the conference"),
    "registration/digest": _("changes in the agenda"),
    "registration/seat_offer": _("seat offered"),
    "registration/seat_expired": _("offer of a seat expired"),
    "registration/list_closed": _("waiting list closed"),
    "registration/clash": _("two seats at one time"),
    "registration/clash_settled": _("seat lost, being at the same time as another"),
    "registration/identity_reminder": _("reminder of the identity document"),
    "registration/ticket": _("new ticket"),
    "registration/certificate": _("certificate of attendance"),
    "registration/message": _("message of the organisers"),
    "registration/message_trial": _("trial of a message"),
}


# What somebody must be allowed to see to read the mails about it, by the app that writes them: rights of apps above.
READERS = {
    "declarations": "declarations.view_invitation",
    "programme": "programme.view_speaker",
    "registration": "registration.view_registration",
}


class MailQuerySet(models.QuerySet["Mail"]):
    def readable_by(self, organiser: Reader) -> MailQuerySet:
        """Of those who may read mails at all, nobody reads more in them than their group may see otherwise."""
        hidden = [app for app, right in READERS.items() if not organiser.has_perm(right)]
        return self.exclude(reduce(or_, (Q(kind__startswith=f"{app}/") for app in hidden), Q(pk__in=[])))

    def about(self, **ids: int) -> MailQuerySet:
        """Those that concern a row: `about(registration_id=7)`."""
        return self.filter(subject_ids__contains=ids)

    def undelivered(self) -> MailQuerySet:
        """Those given back as not delivered, to addresses for which nobody found the right one yet.

        A trouble that may pass (RFC 3463: 4.x.x) is over with the next mail. An address that is wrong stays wrong
        however much is sent to it, until someone marks it as handled.
        """
        later = Mail.objects.filter(to=OuterRef("to"), sent_at__gt=OuterRef("sent_at"))
        failed = self.filter(bounce=Mail.Bounce.FAILED, handled_at=None)
        return failed.filter(~Q(bounce_status__startswith="4") | ~Exists(later))


class Mail(models.Model):
    """The kept copy of a mail: links and codes in it are masked, so reading it opens nothing."""

    class Bounce(models.TextChoices):
        DELAYED = "delayed", _("delayed, still being tried")
        FAILED = "failed", _("could not be delivered")

    kind = models.CharField(_("kind"), max_length=80)
    to = models.EmailField(_("to"))
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
    )
    subject_ids = models.JSONField(_("concerns"), default=dict, help_text=_("The ids the job was given."))
    job_id = models.BigIntegerField(_("job"), null=True, blank=True, db_index=True)
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)
    bounced_at = models.DateTimeField(_("reported back"), null=True, blank=True, editable=False)
    bounce = models.CharField(
        _("not delivered"), max_length=10, choices=Bounce, blank=True, default="", editable=False
    )
    bounce_status = models.CharField(
        _("status code"),
        max_length=12,
        blank=True,
        default="",
        editable=False,
        help_text=_("RFC 3463: 4.x.x is a trouble that may pass, 5.x.x one that stays."),
    )
    bounce_diagnostic = models.TextField(
        _("what the mail server says"), blank=True, default="", editable=False
    )

    handled_at = models.DateTimeField(
        _("handled"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When organisers marked the address as seen to."),
    )

    objects: ClassVar[MailQuerySet] = MailQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ["-sent_at"]
        indexes = [
            models.Index(fields=["to", "-sent_at"]),
            # Whom it concerns: subject_ids @> {"registration_id": 7}.
            GinIndex(fields=["subject_ids"], name="what_mails_concern", opclasses=["jsonb_path_ops"]),
            models.Index(fields=["bounced_at"], condition=Q(bounce="failed"), name="mails_that_failed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(bounce="", bounced_at__isnull=True)
                | (~Q(bounce="") & Q(bounced_at__isnull=False)),
                name="a_bounce_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def kind_name(self) -> str:
        return str(KINDS.get(self.kind, self.kind))

    @property
    def is_failed(self) -> bool:
        return self.bounce == self.Bounce.FAILED

    @property
    def is_temporary(self) -> bool:
        """A full mailbox, a server that did not answer: the address itself may be right."""
        return self.bounce_status.startswith("4")
