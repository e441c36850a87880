from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, Organisation, raises_public_version
from programme.models import Speaker


class KeyFigure(models.Model):
    """One recorded number of an edition, with who says so; two sources may differ and both stand."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="figures", verbose_name=_("edition"))
    counted = models.SlugField(
        _("what is counted"),
        max_length=60,
        help_text=_("The same word in every edition: participants, countries …"),
    )
    label = models.CharField(_("label"), max_length=120)
    value = models.PositiveIntegerField(_("value"))
    is_approximate = models.BooleanField(_("approximate"), default=False)
    source = models.CharField(_("source"), max_length=200)
    detail = models.CharField(_("detail"), max_length=250, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("key figure")
        verbose_name_plural = _("key figures")
        ordering = ["order", "counted", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "counted", "source"],
                name="one_figure_per_source",
                violation_error_message=_("This source has a figure for this already."),
            ),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return f"{self.value} {self.label}"


class VideoQuerySet(models.QuerySet["Video"]):
    def shown(self) -> VideoQuerySet:
        """Those of nobody in particular, and of speakers who may be named."""
        return self.filter(Q(speaker__isnull=True) | Q(speaker__in=Speaker.objects.shown()))


class Video(models.Model):
    """A video of an edition; where none is held its speaker is named all the same."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="videos", verbose_name=_("edition"))
    title = models.CharField(_("title"), max_length=250)
    speaker = models.ForeignKey(
        Speaker, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("speaker")
    )
    function = models.CharField(_("function then"), max_length=250, blank=True)
    address = models.URLField(_("address"), blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects: ClassVar[VideoQuerySet] = VideoQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("video")
        verbose_name_plural = _("videos")
        ordering = ["order", "pk"]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return self.title


class Voice(models.Model):
    """Someone known to have spoken at an edition, of whom no session is on record."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="voices", verbose_name=_("edition"))
    speaker = models.ForeignKey(Speaker, models.PROTECT, related_name="+", verbose_name=_("speaker"))
    function = models.CharField(_("function then"), max_length=250, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "speaker"], name="a_voice_once_per_edition")
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return str(self.speaker)


class Partner(models.Model):
    """An organisation that carries an edition beside its hosts."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="partners", verbose_name=_("edition"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "organisation"], name="a_partner_once_per_edition"),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return str(self.organisation)


class EditionNote(models.Model):
    """What else is known of an edition, a line each: a format it had, a field visit it offered."""

    class Kind(models.TextChoices):
        FORMAT = "format", _("format")
        FIELD_VISIT = "field_visit", _("field visit offered")
        OTHER = "other", _("other")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="notes", verbose_name=_("edition"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.OTHER)
    text = models.CharField(_("text"), max_length=300)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["kind", "order", "pk"]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return self.text


def vector(language: str) -> models.GeneratedField:
    """What is found in one language: names as they are, titles and texts by their stems, accents aside."""
    return models.GeneratedField(
        expression=Func(
            "names",
            f"title_{language}",
            f"text_{language}",
            "text_other",
            template=f"search_vector('search_{language}'::regconfig, %(expressions)s)",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )


class SearchEntry(models.Model):
    """What the search reads of one session, speaker, organisation or declaration.

    Triggers copy it, in the transaction that changes its source (see the migration `search`). It holds the
    words alone: whether they may be found is asked of the source at each search, by `archive.search.visible`.
    """

    class Kind(models.TextChoices):
        SESSION = "session", _("sessions")
        SPEAKER = "speaker", _("speakers")
        ORGANISATION = "organisation", _("organisations")
        DECLARATION = "declaration", _("declarations")

    kind = models.CharField(max_length=12, choices=Kind)
    object_id = models.BigIntegerField()
    # The editions it belongs to, published or not; not those of organisations, which hang on consents.
    editions = ArrayField(models.BigIntegerField())
    names = models.TextField()
    title_en = models.TextField()
    title_fr = models.TextField()
    title_nl = models.TextField()
    text_en = models.TextField()
    text_fr = models.TextField()
    text_nl = models.TextField()
    text_other = models.TextField()
    en = vector("en")
    fr = vector("fr")
    nl = vector("nl")
    # Every word as it is written, of all languages: what a mistyped one may have meant.
    words = models.GeneratedField(
        expression=Func(
            "names",
            "title_en",
            "title_fr",
            "title_nl",
            "text_en",
            "text_fr",
            "text_nl",
            "text_other",
            function="search_all_words",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="one_search_entry_per_object"),
        ]
        indexes = [
            # Without the list of pending rows, which every search would have to read through.
            GinIndex(fields=["en", "fr", "nl", "words"], name="search_entry_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class SearchWord(models.Model):
    """A word of the entries. Found by what remains of it when any one letter is left out (see the decision)."""

    word = models.CharField(max_length=30)

    class Meta:
        verbose_name = _("word of the search")
        verbose_name_plural = _("words of the search")
        indexes = [
            models.Index(fields=["word"]),
            GinIndex(
                Func(F("word"), function="search_shortened"), name="search_word_shortened", fastupdate=False
            ),
        ]

    def __str__(self) -> str:
        return self.word
