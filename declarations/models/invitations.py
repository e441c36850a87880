from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations import triggers
from declarations.languages import OFFICE_LANGUAGES
from declarations.models.texts import Declaration
from efus_conference.models import Organisation, raises_public_version
from efus_conference.secret_links import hash_of_token


class Actor(models.Model):
    """Who did something to a signature, as a pseudonym that outlives the account.

    While it names an account, that account is not deleted: a new one of the same person would be a new actor,
    whom no rule keeps from verifying what the old one recorded or invited. It is deactivated instead. Erasing a
    person is a deliberate act: it empties the account, then `user`, which the database allows in this order alone, and
    touches no event.
    The archive is the actor of records from before this register, and of nothing else.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("organiser")
        INVITATION = "invitation", _("office, by invitation")
        ARCHIVE = "archive", _("archive")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
    )
    invitation = models.OneToOneField(
        "declarations.Invitation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("invitation"),
    )

    class Meta:
        verbose_name = _("actor")
        verbose_name_plural = _("actors")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="person", invitation__isnull=True)
                | Q(kind="invitation", user__isnull=True, invitation__isnull=False)
                | Q(kind="archive", user__isnull=True, invitation__isnull=True),
                name="actor_is_of_one_kind",
            ),
            models.UniqueConstraint(fields=["kind"], condition=Q(kind="archive"), name="one_archive_actor"),
        ]
        triggers = triggers.ACTOR

    def __str__(self) -> str:
        if self.kind == self.Kind.PERSON:
            return str(self.user) if self.user else f"{self.get_kind_display()} {self.pk}"
        return str(self.get_kind_display())


class SignatoryQuerySet(models.QuerySet["Signatory"]):
    def that_may_sign(self) -> SignatoryQuerySet:
        """Of published declarations whose words we hold and that take signatures."""
        return self.filter(declaration__is_published=True, declaration__is_open_to_signatures=True).exclude(
            declaration__text_hash=""
        )


class Signatory(models.Model):
    """An organisation that may sign, or signed, one declaration."""

    declaration = models.ForeignKey(
        Declaration, models.PROTECT, related_name="signatories", verbose_name=_("declaration")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="signatories", verbose_name=_("organisation")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=10)
    language = models.CharField(
        _("language of the office"),
        max_length=10,
        choices=OFFICE_LANGUAGES,
        default="en",
        help_text=_("In which its office is written to."),
    )
    name_checked_by = models.ForeignKey(
        "declarations.Actor",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("name looked at by"),
    )
    name_checked_at = models.DateTimeField(_("name looked at"), null=True, blank=True, editable=False)
    # As it was then: another name has to be looked at again.
    name_checked = models.TextField(blank=True, editable=False)

    objects: ClassVar[SignatoryQuerySet] = SignatoryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("signatory")
        verbose_name_plural = _("signatories")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "organisation"],
                name="a_signatory_once_per_declaration",
                violation_error_message=_("This organisation is a signatory of the declaration already."),
            ),
        ]
        triggers = [
            *triggers.SIGNATORY,
            # Whom an office invites is nobody else's business until it signed.
            raises_public_version(
                only_if="""
                    EXISTS (SELECT FROM declarations_signature
                        WHERE signatory_id IN (OLD.id, NEW.id) AND state IN ('historical', 'verified'))
                """
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation)

    def registered_mailbox(self) -> Mailbox | None:
        """The office's mailbox: the first that was set, or the last change that a second officer confirmed."""
        return Mailbox.objects.registered().filter(signatory=self).first()

    def last_mailbox_change(self) -> Mailbox | None:
        """The change entered last, the only one that can still be confirmed."""
        return self.mailboxes.filter(is_first=False).order_by("-pk").first()


class MailboxQuerySet(models.QuerySet["Mailbox"]):
    def registered(self) -> MailboxQuerySet:
        """Those that count or counted, the one that counts now first among a signatory's."""
        return self.filter(Q(is_first=True) | Q(confirmed_at__isnull=False)).order_by(
            "is_first", "-confirmed_at"
        )


class Mailbox(models.Model):
    """The address an office's invitations go to. The first is set by one officer, each change by two."""

    signatory = models.ForeignKey(
        Signatory, models.CASCADE, related_name="mailboxes", verbose_name=_("signatory")
    )
    email = models.EmailField(_("e-mail address"))
    is_first = models.BooleanField(default=True, editable=False)
    set_by = models.ForeignKey(Actor, models.PROTECT, related_name="+", verbose_name=_("set by"))
    set_at = models.DateTimeField(_("set"), auto_now_add=True)
    confirmed_by = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    objects: ClassVar[MailboxQuerySet] = MailboxQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("office's mailbox")
        verbose_name_plural = _("offices' mailboxes")
        ordering = ["-set_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["signatory"], condition=Q(is_first=True), name="one_first_mailbox_per_signatory"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | (Q(confirmed_at__isnull=False) & ~Q(confirmed_by=F("set_by"))),
                name="mailbox_changed_by_two",
                violation_error_message=_("A second officer confirms the change of a mailbox."),
            ),
        ]
        triggers = triggers.MAILBOX

    def __str__(self) -> str:
        return self.email


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def usable(self, at: datetime | None = None) -> InvitationQuerySet:
        """Neither used, declined, revoked nor expired, for a declaration that takes signatures.

        Who was asked for information may answer when the time for signing is over, and who signed may mend it.
        """
        at = at or timezone.now()
        asked = Signatory.objects.filter(pk=OuterRef("signatory"), signatures__state="needs_information")
        return (
            self.filter(
                used_at__isnull=True,
                revoked_at__isnull=True,
                declined_at__isnull=True,
                expires_at__gt=at,
                signatory__declaration__is_published=True,
                signatory__declaration__is_open_to_signatures=True,
            )
            .exclude(signatory__declaration__text_hash="")
            .filter(
                Q(signatory__declaration__signatures_until=None)
                | Q(signatory__declaration__signatures_until__gt=at)
                | Q(replaces__isnull=False)
                | Exists(asked)
            )
        )

    def with_usable(self, at: datetime | None = None) -> InvitationQuerySet:
        """With `is_usable` on each: whether it is among the `usable` ones."""
        return self.annotate(is_usable=Exists(Invitation.objects.usable(at).filter(pk=OuterRef("pk"))))

    def by_token(self, token: str) -> InvitationQuerySet:
        return self.filter(token_hash=hash_of_token(token))


class Invitation(models.Model):
    """A link for one office to one declaration; only its hash is stored, made when the mail is sent."""

    signatory = models.ForeignKey(
        Signatory, models.CASCADE, related_name="invitations", verbose_name=_("signatory")
    )
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="+", verbose_name=_("sent to"))
    language = models.CharField(_("language"), max_length=10, choices=OFFICE_LANGUAGES)
    replaces = models.ForeignKey(
        "declarations.Signature",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("to replace"),
    )
    run = models.ForeignKey(
        "declarations.InvitationRun",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="invitations",
        verbose_name=_("sent with"),
    )
    token_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001
    sent_by = models.ForeignKey(Actor, models.PROTECT, related_name="+", verbose_name=_("sent by"))
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    opened_at = models.DateTimeField(_("first opened"), null=True, blank=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("last reminded"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True)
    decline_reason = models.TextField(_("why it was declined"), blank=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(declined_at__isnull=True) | Q(used_at__isnull=True),
                name="invitation_used_or_declined",
            ),
        ]
        triggers = triggers.INVITATION

    def __str__(self) -> str:
        return f"{self.signatory} · {self.made_at:%Y-%m-%d}"


class MailboxCode(models.Model):
    """A code mailed to an office's registered mailbox: who types it in reads what is written there.

    Six digits, good once and for half an hour; wrong ones end it (`declarations.mailbox_codes`). Only its keyed hash
    is kept, and that is made when the mail is sent.
    """

    class Purpose(models.TextChoices):
        RECORD = "record", _("to record, complete or decline")
        WITHDRAW = "withdraw", _("to withdraw")

    mailbox = models.ForeignKey(
        Mailbox, models.CASCADE, related_name="codes", verbose_name=_("office's mailbox")
    )
    purpose = models.CharField(_("what for"), max_length=10, choices=Purpose)
    language = models.CharField(_("language"), max_length=10, choices=OFFICE_LANGUAGES)
    code_hash = models.CharField(max_length=64, blank=True, editable=False)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    wrong = models.PositiveSmallIntegerField(_("typed wrong"), default=0)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("code to a mailbox")
        verbose_name_plural = _("codes to mailboxes")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.mailbox} · {self.made_at:%Y-%m-%d %H:%M}"


class InvitationRun(models.Model):
    """Many invitations or reminders at once, sent by a job in batches: what is to do, was done, was refused."""

    class What(models.TextChoices):
        INVITE = "invite", _("invite")
        REMIND = "remind", _("remind")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    declaration = models.ForeignKey(
        Declaration, models.PROTECT, related_name="runs", verbose_name=_("declaration")
    )
    by = models.ForeignKey(Actor, models.PROTECT, related_name="+", verbose_name=_("by"))
    what = models.CharField(_("what"), max_length=8, choices=What)
    todo = models.JSONField(_("still to do"), default=list)  # ids of signatories, in their turn
    done = models.JSONField(_("done"), default=list)  # ids of signatories
    refused = models.JSONField(_("refused"), default=list)  # [[id of a signatory, name of the refusal], …]
    insists = models.BooleanField(_("also who was written to this week"), default=False)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("round of invitations")
        verbose_name_plural = _("rounds of invitations")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["declaration"], condition=Q(finished_at=None), name="one_round_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} · {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def in_all(self) -> int:
        return len(self.todo) + len(self.done) + len(self.refused)
