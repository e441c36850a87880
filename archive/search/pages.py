"""What the page of the search says: what was asked, what was searched, what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.utils.http import urlencode
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.models import SearchEntry
from archive.search.matching import Options, matching, ranked
from archive.search.results import Result, results
from archive.search.typos import alternatives
from archive.search.visible import entries, of_edition
from archive.search.words import Question, question
from efus_conference.former_addresses import latest_slug
from efus_conference.models import Edition, FormerAddress

Kind = SearchEntry.Kind
ON_A_PAGE = 20
FEW = 3  # fewer exact results than this, and one typo in a word is forgiven


class SearchForm(forms.Form):
    """Drawn only: what is asked is read by `Search`, which refuses nothing."""

    q = forms.CharField(
        label=gettext_lazy("Words to look for"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    edition = forms.ChoiceField(label=gettext_lazy("Edition"), required=False)

    def __init__(self, editions: Sequence[Edition], **kwargs: Any) -> None:
        super().__init__(auto_id="search_%s", **kwargs)
        choice = self.fields["edition"]
        assert isinstance(choice, forms.ChoiceField)
        newest_first = [(edition.slug, edition.name) for edition in reversed(editions)]
        choice.choices = [("", _("All editions")), *newest_first]


@dataclass(frozen=True)
class Link:
    """To another search; without address where there is nothing to follow."""

    name: str
    url: str
    count: int = 0
    is_current: bool = False


@dataclass
class Found:
    """The answer to one question."""

    counts: Mapping[str, int]
    page: Page[SearchEntry]
    results: list[Result]
    exact_count: int
    meant: list[Link]  # the words that were looked for in place of a mistyped one
    alone: list[Link] = field(
        default_factory=list
    )  # where all words find nothing: those that do by themselves

    @property
    def count(self) -> int:
        return sum(self.counts.values())


class Search:
    """What was asked, by ?q= ?kind= ?edition= ?page=. What there is not is left out, with a sentence in `ignored`."""

    def __init__(self, asked: Mapping[str, str], editions: Sequence[Edition], *, reader: str) -> None:
        self.question: Question = question(asked.get("q", ""))
        self.editions = editions
        self.reader = reader
        self.ignored: list[str] = []
        self.kind = asked.get("kind", "").strip()
        if self.kind and self.kind not in Kind.values:
            sentence = _("There is no kind of thing “%(value)s” to look for, so all are searched.")
            self.ignored.append(sentence % {"value": Truncator(self.kind).chars(60)})
            self.kind = ""
        self.edition = self._edition(asked.get("edition", "").strip())
        self._of_edition = of_edition(self.edition) if self.edition else None
        self._page = asked.get("page", "")

    def _edition(self, slug: str) -> Edition | None:
        by_slug = {edition.slug: edition for edition in self.editions}
        if not slug or slug in by_slug:
            return by_slug.get(slug)
        latest = latest_slug(FormerAddress.Kind.EDITION, slug[:120])
        if latest is None:
            sentence = _("There is no edition “%(value)s”, so all editions are searched.")
            self.ignored.append(sentence % {"value": Truncator(slug).chars(60)})
        return by_slug.get(latest or "")

    @property
    def form(self) -> SearchForm:
        chosen = {"q": self.question.text, "edition": self.edition.slug if self.edition else ""}
        return SearchForm(self.editions, initial=chosen)

    def address(self, **changes: str | int) -> str:
        """This search with another kind, page or question."""
        asked = {
            "q": self.question.short,
            "kind": self.kind,
            "edition": self.edition.slug if self.edition else "",
            **changes,
        }
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    def searched(self) -> dict[str, int]:
        """How many things of each kind are searched."""
        return _by_kind(self._within())

    def _within(self) -> Any:
        visible = entries(self.editions)
        return visible.filter(self._of_edition) if self._of_edition else visible

    def found(self) -> Found | None:
        """None where there is no word to look for."""
        words = self.question.words
        if not words:
            return None
        exact: Options = [[word] for word in words]
        options = exact
        counts = _by_kind(self._within().filter(matching(exact)))
        exact_count = sum(counts.values())
        meant: list[Link] = []
        if exact_count < FEW and (others := alternatives(words, entries(self.editions))):
            options = [[word, *others.get(word, [])] for word in words]
            counts = _by_kind(self._within().filter(matching(options)))
            if sum(counts.values()) > exact_count:
                meant = self._meant(words, others)
            else:
                options = exact
        matched = self._within().filter(matching(options))
        if self.kind:
            matched = matched.filter(kind=self.kind)
        paginator = Paginator(
            ranked(matched, options, exact, reader=self.reader, published=self.editions), ON_A_PAGE
        )
        # Counted already, by kind.
        paginator.count = counts.get(self.kind, 0) if self.kind else sum(counts.values())
        page = paginator.get_page(self._page)
        marked = [word for each in options for word in each]
        found = Found(
            counts=counts,
            page=page,
            results=results(list(page.object_list), marked, self.editions, reader=self.reader),
            exact_count=exact_count,
            meant=meant,
        )
        if not found.count and len(words) > 1:
            found.alone = self._alone(words)
        return found

    def _meant(self, words: Sequence[str], others: Mapping[str, Sequence[str]]) -> list[Link]:
        """Each word with the question in which it stands."""
        return [
            Link(other, self.address(q=" ".join(other if each == word else each for each in words), kind=""))
            for word in words
            for other in others.get(word, ())
        ]

    def _alone(self, words: Sequence[str]) -> list[Link]:
        counts = [(word, self._within().filter(matching([[word]])).count()) for word in words]
        return [Link(word, self.address(q=word, kind=""), count) for word, count in counts if count]

    @property
    def everywhere(self) -> str:
        return self.address(edition="")

    def kinds(self, found: Found) -> list[Link]:
        """All, and each kind of which something was found."""
        links = [Link(_("Everything"), self.address(kind=""), found.count, not self.kind)]
        for kind in Kind:
            count = found.counts.get(kind.value, 0)
            if count or kind == self.kind:
                name = capfirst(str(kind.label))
                links.append(Link(name, self.address(kind=kind.value), count, kind == self.kind))
        return links

    def pages(self, found: Found) -> list[Link]:
        """The first and last pages, and those around this one."""
        return [
            Link(
                str(number),
                self.address(page=number) if isinstance(number, int) else "",
                0,
                number == found.page.number,
            )
            for number in found.page.paginator.get_elided_page_range(
                found.page.number, on_each_side=2, on_ends=1
            )
        ]


def _by_kind(rows: Any) -> dict[str, int]:
    return dict(rows.order_by().values_list("kind").annotate(Count("pk")))
