from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations import triggers
from declarations.models.signatures import SignatureEvent
from declarations.models.texts import Declaration
from efus_conference.models import raises_public_version

SHA256_HEX = "^[0-9a-f]{64}$"


class Log(models.Model):
    """The public log of one declaration: only added to, by one process (`declarations.log.keeper`).

    Its rows are inserted and read, and nothing else, by the site's login too.
    """

    declaration = models.OneToOneField(
        Declaration, models.PROTECT, related_name="log", verbose_name=_("declaration")
    )
    # An address without its scheme, as it was when the log began: receipts name the log by it for ever.
    origin = models.CharField(_("name of the log"), max_length=250, unique=True)
    made_at = models.DateTimeField(_("begun"), auto_now_add=True)

    class Meta:
        verbose_name = _("log")
        verbose_name_plural = _("logs")
        constraints = [
            models.CheckConstraint(
                condition=Q(origin__regex=r"^[^[:space:]+[:cntrl:]]+$"), name="log_has_a_plain_name"
            )
        ]
        triggers = triggers.kept_for_ever("log_is_kept")

    def __str__(self) -> str:
        return self.origin


class LogEntry(models.Model):
    """One thing that became public, as canonical JSON (RFC 8785); what the tree's leaf is the hash of.

    What is personal stands in it as a commitment alone: see `declarations.log.entries`.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("text published")
        HISTORICAL = "historical", _("historical record")
        PUBLISHED = "published", _("signature published")
        WITHDRAWN = "withdrawn", _("signature withdrawn")
        SUPERSEDED = "superseded", _("signature superseded")
        KEY = "key", _("another key")

    # Without an index of its own, which would be taken for the unique one below where statistics are young.
    log = models.ForeignKey(
        Log, models.PROTECT, related_name="entries", db_index=False, verbose_name=_("log")
    )
    index = models.PositiveIntegerField(_("number"))  # from 0
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    body = models.TextField(_("entry"))
    leaf_hash = models.BinaryField(max_length=32)
    event = models.OneToOneField(
        SignatureEvent,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="log_entry",
        verbose_name=_("event"),
    )
    is_readmitted = models.BooleanField(
        _("put back"),
        default=False,
        help_text=_("From the keeper's memory, after an older database was restored that did not know it."),
    )
    made_at = models.DateTimeField(_("logged"), auto_now_add=True)

    class Meta:
        verbose_name = _("entry of a log")
        verbose_name_plural = _("entries of logs")
        ordering = ["log", "index"]
        constraints = [
            models.UniqueConstraint(fields=["log", "index"], name="one_entry_per_number"),
            models.CheckConstraint(
                condition=Q(kind__in=["text", "key"], event__isnull=True)
                | (~Q(kind__in=["text", "key"]) & (Q(event__isnull=False) | Q(is_readmitted=True))),
                name="entry_of_a_signature_has_its_event",
            ),
            models.CheckConstraint(condition=~Q(kind="text") | Q(index=0), name="text_is_the_first_entry"),
            # As canonical JSON has none; the keeper remembers one entry per line.
            models.CheckConstraint(condition=~Q(body__regex=r"[\x01-\x1f]"), name="entry_is_one_line"),
        ]
        triggers = [
            *triggers.kept_for_ever("log_entry_is_kept"),
            *triggers.LOG_ENTRY,
            raises_public_version(only_if="true"),
        ]

    def __str__(self) -> str:
        return f"{self.log} {self.index}"


class LogNode(models.Model):
    """The hash over a perfect subtree of two entries or more: leaves [index << level, (index + 1) << level)."""

    log = models.ForeignKey(Log, models.PROTECT, related_name="nodes", db_index=False, verbose_name=_("log"))
    level = models.PositiveSmallIntegerField()
    index = models.PositiveIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("node of a log")
        verbose_name_plural = _("nodes of logs")
        constraints = [
            models.UniqueConstraint(fields=["log", "level", "index"], name="one_node_per_place"),
            models.CheckConstraint(condition=Q(level__gte=1), name="node_is_above_the_leaves"),
        ]
        triggers = [*triggers.kept_for_ever("log_node_is_kept"), *triggers.LOG_NODE]

    def __str__(self) -> str:
        return f"{self.log} {self.level}/{self.index}"


class LogOpening(models.Model):
    """What opens a commitment of an entry: salt and value. Erasing takes the row, and leaves the proofs valid."""

    class Field(models.TextChoices):
        PERSON = "person", _("who signed")
        OFFICE = "office", _("in what office")
        MANDATE = "mandate", _("mandate")
        EVIDENCE = "evidence", _("evidence")

    entry = models.ForeignKey(
        LogEntry, models.PROTECT, related_name="openings", verbose_name=_("entry of a log")
    )
    field = models.CharField(_("what"), max_length=10, choices=Field)
    salt = models.CharField(max_length=64)  # 32 random bytes, hexadecimal
    value = models.TextField(_("value"))  # canonical JSON, to the byte

    class Meta:
        verbose_name = _("opening of a commitment")
        verbose_name_plural = _("openings of commitments")
        ordering = ["entry", "field"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "field"], name="one_opening_per_commitment"),
            models.CheckConstraint(condition=Q(salt__regex=SHA256_HEX), name="opening_has_its_salt"),
        ]
        triggers = triggers.LOG_OPENING

    def __str__(self) -> str:
        return f"{self.entry} {self.field}"


class Checkpoint(models.Model):
    """The head of a log as it was signed: a C2SP signed note. There is one of each size, for ever."""

    log = models.ForeignKey(Log, models.PROTECT, related_name="checkpoints", verbose_name=_("log"))
    size = models.PositiveIntegerField(_("entries"))
    root = models.BinaryField(max_length=32)
    note = models.TextField(_("signed note"))
    signed_at = models.DateTimeField(_("signed"), auto_now_add=True)

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["log", "-size"]
        constraints = [
            models.UniqueConstraint(fields=["log", "size"], name="one_checkpoint_per_size"),
            models.CheckConstraint(condition=Q(size__gte=1), name="checkpoint_of_something"),
        ]
        triggers = [
            *triggers.kept_for_ever("checkpoint_is_kept"),
            *triggers.CHECKPOINT,
            raises_public_version(only_if="true"),
        ]

    def __str__(self) -> str:
        return f"{self.log} {self.size}"


class LogKeyQuerySet(models.QuerySet["LogKey"]):
    def in_use(self) -> LogKeyQuerySet:
        return self.filter(retired_at=None)


class LogKey(models.Model):
    """A public key that signs, or signed, checkpoints; the private one is known to the log's keeper alone."""

    public_key = models.CharField(_("public key"), max_length=64, unique=True)  # 32 bytes, hexadecimal
    fingerprint = models.CharField(_("fingerprint"), max_length=64, unique=True)
    first_used_at = models.DateTimeField(_("first used"), auto_now_add=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)
    is_stolen = models.BooleanField(
        _("stolen"), default=False, help_text=_("Its secret got out: what it signed afterwards is not ours.")
    )

    objects: ClassVar[LogKeyQuerySet] = LogKeyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("key of the logs")
        verbose_name_plural = _("keys of the logs")
        ordering = ["-first_used_at"]
        constraints = [
            models.CheckConstraint(condition=Q(public_key__regex=SHA256_HEX), name="log_key_is_public"),
            models.CheckConstraint(
                condition=Q(is_stolen=False) | Q(retired_at__isnull=False), name="stolen_key_is_retired"
            ),
            models.UniqueConstraint(
                fields=["retired_at"],
                condition=Q(retired_at=None),
                name="one_log_key_in_use",
                nulls_distinct=False,
            ),
        ]
        triggers = [*triggers.LOG_KEY, raises_public_version(only_if="true")]

    def __str__(self) -> str:
        return self.fingerprint[:16]


class LogAlarm(models.Model):
    """Why the keeper signs no more: what it found does not follow from what it remembers."""

    class Reason(models.TextChoices):
        REWOUND = "rewound", _("the log is shorter than what was signed")
        INCONSISTENT = "inconsistent", _("the log is not the one that was signed")
        FOREIGN = "foreign", _("an entry that the keeper did not write")
        FORKED = "forked", _("somebody else signed another log of that size")
        UNKNOWN_KEY = "unknown_key", _("the key is not the one in use")
        NO_MEMORY = "no_memory", _("the keeper's memory is missing")
        FAILED = "failed", _("the keeper's program broke off")
        SILENT = "silent", _("no keeper signs what became public")

    log = models.ForeignKey(
        Log, models.PROTECT, null=True, blank=True, related_name="alarms", verbose_name=_("log")
    )
    reason = models.CharField(_("why"), max_length=12, choices=Reason)
    details = models.TextField(_("what was found"), blank=True)
    # By its memory: what one keeper found, another one does not find settled while the first goes on finding it.
    keeper = models.CharField(_("found by"), max_length=300, blank=True)
    found_at = models.DateTimeField(_("found last"), default=timezone.now)
    raised_at = models.DateTimeField(_("raised"), auto_now_add=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("alarm of a log")
        verbose_name_plural = _("alarms of logs")
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["log", "reason"],
                condition=Q(settled_at=None),
                name="one_open_alarm_of_a_kind",
                nulls_distinct=False,
            ),
        ]
        triggers = [
            *triggers.LOG_ALARM,
            # Not each time that it is found again.
            raises_public_version(
                only_if="OLD.id IS DISTINCT FROM NEW.id OR OLD.settled_at IS DISTINCT FROM NEW.settled_at"
            ),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()
