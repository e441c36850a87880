from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func
from django.utils.translation import gettext_lazy as _


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
