from __future__ import annotations

import hashlib
from datetime import datetime
from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations import triggers
from efus_conference.languages import site_path
from efus_conference.models import (
    Edition,
    FormerAddress,
    Project,
    raises_public_version,
    remembers_its_addresses,
)

# An SQL condition for what belongs to a declaration: a draft's parts are drafts.
OF_A_PUBLISHED_ONE = """
    EXISTS (SELECT FROM declarations_declaration
        WHERE id IN (OLD.declaration_id, NEW.declaration_id) AND is_published)
"""


class DeclarationQuerySet(models.QuerySet["Declaration"]):
    def public(self) -> DeclarationQuerySet:
        return self.filter(is_published=True)


class Declaration(models.Model):
    """A political text that cities and others sign.

    A historical one has a summary of ours and no text, until its original is loaded; nothing of it is hashed.
    Any other is frozen when it is published: `text_hash` is over the exact bytes of all its versions
    (see `hash_of_texts`), and the database refuses a change from then on.
    """

    class Kind(models.TextChoices):
        DECLARATION = "declaration", _("declaration")
        MANIFESTO = "manifesto", _("manifesto")

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.DECLARATION)
    title = models.CharField(_("title"), max_length=250)
    adopted_at_edition = models.ForeignKey(
        Edition,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="declarations",
        verbose_name=_("adopted at the edition"),
    )
    adopted_place = models.CharField(_("adopted in"), max_length=120, blank=True)
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    occasion = models.CharField(_("occasion"), max_length=300, blank=True)
    in_the_name_of = models.CharField(_("in the name of"), max_length=200, blank=True)
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="declarations", verbose_name=_("project")
    )
    based_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors", verbose_name=_("based on")
    )
    supersedes = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("supersedes"),
        help_text=_("The text whose place this one takes; its page will say so."),
    )
    adopted_in_session = models.ForeignKey(
        "programme.Session",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("adopted in the session"),
    )
    previous = models.CharField(_("what came before"), max_length=300, blank=True)
    spokesperson = models.CharField(_("spokesperson"), max_length=200, blank=True)
    summary = models.TextField(
        _("our summary"), blank=True, help_text=_("In our words; the page labels it so.")
    )
    is_historical = models.BooleanField(
        _("historical"),
        default=False,
        help_text=_("From before this register; its official text is not held."),
    )
    is_demonstration = models.BooleanField(_("demonstration"), default=False)
    is_open_to_signatures = models.BooleanField(_("open to more signatories"), default=False)
    signatures_until = models.DateTimeField(
        _("signatures until"),
        null=True,
        blank=True,
        help_text=_(
            "Local time. From this moment on no office begins or submits a signature; one that was asked for "
            "information may still answer. Empty: without an end."
        ),
    )
    shows_recorded = models.BooleanField(
        _("show what offices recorded before it is checked"),
        default=False,
        help_text=_("The register then says of each that its evidence was not checked yet."),
    )
    is_published = models.BooleanField(_("published"), default=False, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        "declarations.Actor",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("published by"),
    )
    proposed_by = models.ForeignKey(
        "declarations.Actor",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("freezing proposed by"),
    )
    proposed_at = models.DateTimeField(_("freezing proposed at"), null=True, blank=True, editable=False)
    proposed_hash = models.CharField(
        _("hash of the proposed texts"), max_length=64, blank=True, editable=False
    )
    text_hash = models.CharField(_("hash of the texts"), max_length=64, blank=True, editable=False)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects: ClassVar[DeclarationQuerySet] = DeclarationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        ordering = ["-adopted_on", "-published_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_published=False, text_hash="")
                | Q(is_published=True, is_historical=True)
                | Q(is_published=True, is_historical=False, text_hash__regex="^[0-9a-f]{64}$"),
                name="published_text_is_frozen",
            ),
            models.CheckConstraint(
                condition=Q(text_hash="")
                | (
                    Q(proposed_by__isnull=False, published_by__isnull=False, proposed_hash=F("text_hash"))
                    & ~Q(proposed_by=F("published_by"))
                ),
                name="frozen_by_two",
                violation_error_message=_("Freezing takes two different people."),
            ),
            models.CheckConstraint(
                condition=Q(based_on__isnull=True) | ~Q(based_on=F("id")), name="not_based_on_itself"
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True) | ~Q(supersedes=F("id")),
                name="does_not_supersede_itself",
            ),
        ]
        triggers = [
            raises_public_version(only_if="OLD.is_published OR NEW.is_published"),
            remembers_its_addresses(FormerAddress.Kind.DECLARATION),
            *triggers.FROZEN_DECLARATION,
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return site_path("declarations:declaration", self.slug)

    def get_verify_url(self) -> str:
        """The page on how to check it."""
        return site_path("declarations:verify", self.slug)

    @property
    def takes_signatures(self) -> bool:
        """Whether one may be recorded: a published text of which we hold the words, and open.

        Offices have until `signatures_until` (see `is_over`); what came on paper in time is typed in later too.
        """
        return self.is_published and self.is_open_to_signatures and bool(self.text_hash)

    def is_over(self, at: datetime | None = None) -> bool:
        """Whether the time for offices to sign has ended; the moment itself is over."""
        return self.signatures_until is not None and (at or timezone.now()) >= self.signatures_until


class DeclarationPoint(models.Model):
    """One thing a declaration holds to or calls for, in our words."""

    class Kind(models.TextChoices):
        PRINCIPLE = "principle", _("principle")
        CALL = "call", _("call")

    declaration = models.ForeignKey(
        Declaration, models.CASCADE, related_name="points", verbose_name=_("declaration")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CALL)
    text = models.TextField(_("text"))
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("point")
        verbose_name_plural = _("points")
        ordering = ["order", "pk"]
        triggers = [raises_public_version(only_if=OF_A_PUBLISHED_ONE)]

    def __str__(self) -> str:
        return self.text


class IsComposed(models.Func):
    """Whether a text is in Unicode's normal form C: two ways to write an accent would be two different hashes."""

    template = "(%(expressions)s IS NFC NORMALIZED)"
    arity = 1
    output_field = models.BooleanField()


# Letters, digits and hyphens (RFC 5646): it is a part of addresses, and published for ever.
LANGUAGE_CODE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
NO_LANGUAGE_CODE = _("Give the language by its code, such as de or pt-BR.")


class TextVersion(models.Model):
    """The words of a declaration in one language; fixed to the byte once the declaration is published."""

    class Status(models.TextChoices):
        AUTHENTIC = "authentic", _("authentic")
        TRANSLATION = "translation", _("translation")

    declaration = models.ForeignKey(
        Declaration, models.PROTECT, related_name="texts", verbose_name=_("declaration")
    )
    language = models.CharField(
        _("language"), max_length=10, validators=[RegexValidator(LANGUAGE_CODE, NO_LANGUAGE_CODE)]
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.TRANSLATION)
    body = models.TextField(
        _("text"),
        help_text=_("# begins a heading, “1. ” a numbered article; an empty line ends a paragraph."),
    )

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        ordering = ["status", "language"]
        constraints = [
            models.UniqueConstraint(fields=["declaration", "language"], name="one_text_per_language"),
            models.CheckConstraint(
                condition=Q(language__regex=LANGUAGE_CODE),
                name="text_language_is_a_code",
                violation_error_message=NO_LANGUAGE_CODE,
            ),
            models.CheckConstraint(
                condition=IsComposed("body"),
                name="text_is_composed",
                violation_error_message=_("Letters with accents are stored composed (Unicode NFC)."),
            ),
        ]
        triggers = [
            raises_public_version(only_if=OF_A_PUBLISHED_ONE),
            *triggers.FROZEN_TEXT,
        ]

    def __str__(self) -> str:
        return f"{self.declaration} · {self.language}"

    @property
    def sha256(self) -> str:
        """Hash of the exact bytes: the text in UTF-8, as it is stored."""
        return hashlib.sha256(self.body.encode()).hexdigest()


def hash_of_texts(versions: list[TextVersion]) -> str:
    """The hash over a set of versions: SHA-256 of a line “<language> <status> <sha256>\\n” each, by language."""
    lines = sorted(f"{version.language} {version.status} {version.sha256}\n" for version in versions)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
