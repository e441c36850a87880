"""Which badges to print: of whom, in which format, and whether those printed before are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, Organisation
from registration.badges import FORMATS
from registration.models import Category, Registration, Ticket
from registration.models.people import RegistrationQuerySet

MOST = 1000  # in one file: each 800 take up to two seconds while someone waits


class BadgeForm(forms.Form):
    """`whom` is “all”, “city-7”, “category-3” or “person-12”."""

    whom = forms.ChoiceField(label=_("For whom"), initial="all")
    form = forms.ChoiceField(
        label=_("Paper"),
        choices=list(FORMATS.items()),
        initial="a6",
        widget=forms.RadioSelect,
    )
    only_new = forms.BooleanField(
        label=_("Only badges that were not printed yet"), required=False, initial=True
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition
        self._taking_part = Registration.objects.confirmed().filter(edition=edition, erased_at=None)
        whom = self.fields["whom"]
        assert isinstance(whom, forms.ChoiceField)
        whom.choices = list(self._whom())

    def _whom(self) -> Iterator[tuple[str, Any]]:
        asked = str(self.data.get("whom", ""))
        if (person := self._row(asked, "person", self._taking_part)) is not None:
            yield asked, person.name
        yield "all", _now("Everyone who takes part")
        categories = Category.objects.filter(edition=self.edition)
        yield _now("Takes part as"), [(f"category-{one.pk}", str(one)) for one in categories]
        own = self._taking_part.values("organisation")
        delegations = self._taking_part.values("place__delegation__organisation")
        cities = Organisation.objects.filter(pk__in=own) | Organisation.objects.filter(pk__in=delegations)
        yield _now("City or organisation"), [(f"city-{one.pk}", str(one)) for one in cities.order_by("name")]

    @staticmethod
    def _row(asked: str, kind: str, rows: Any) -> Any:
        name, _dash, key = asked.partition("-")
        if name != kind or not key.isdecimal() or len(key) > 18:
            return None
        return rows.filter(pk=int(key)).first()

    @property
    def choice(self) -> str:
        """Whose badges these are, on whatever paper. The form is valid."""
        return f"{self.cleaned_data['whom']} {'new' if self.cleaned_data['only_new'] else 'all'}"

    def chosen(self) -> RegistrationQuerySet:
        """By name. The form is valid."""
        kind, _dash, key = self.cleaned_data["whom"].partition("-")
        people = self._taking_part
        if kind == "person":
            people = people.filter(pk=key)
        elif kind == "category":
            people = people.filter(category=key)
        elif kind == "city":
            people = people.from_city(Organisation.objects.get(pk=key))
        return people.by_name()

    def to_print(self) -> RegistrationQuerySet:
        people = self.chosen()
        if not self.cleaned_data["only_new"]:
            return people
        printed = Ticket.objects.standing().filter(registration=OuterRef("pk"), printed_at__isnull=False)
        return people.filter(~Exists(printed))
