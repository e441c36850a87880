"""Which entries a reader wants to see: the form above the register's table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from declarations.register.entries import Entry

DAY = "%Y-%m-%d"


class RegisterForm(forms.Form):
    """By country, by kind and by the day of the signature. What cannot be is said beside its field and left out."""

    country = forms.ChoiceField(label=_("Country"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)

    def __init__(self, data: Any, listed: Sequence[Entry]) -> None:
        super().__init__(data)
        self._listed = listed
        countries = {entry.country: entry.country_name for entry in listed if entry.country}
        kinds = {entry.kind: entry.kind_name for entry in listed}
        self._choose("country", _("all countries"), countries, _("Nobody from there is in this register."))
        self._choose("kind", _("all kinds"), kinds, _("Nobody of this kind is in this register."))
        # “from” is a word of Python's own, so it is no attribute.
        for name, label in (("from", _("Signed from")), ("until", _("Signed until"))):
            self.fields[name] = forms.DateField(
                label=label,
                required=False,
                input_formats=[DAY],
                widget=forms.DateInput(attrs={"type": "date"}, format=DAY),
                error_messages={"invalid": _("Give a day of the calendar, such as 2027-05-20.")},
            )

    def _choose(self, name: str, everything: Any, known: dict[str, str], unknown: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *sorted(known.items(), key=lambda one: one[1].casefold())]
        field.error_messages["invalid_choice"] = unknown

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or {}
        first, last = wanted.get("from"), wanted.get("until")
        if first and last and first > last:
            self.add_error("until", _("This day is before the first one."))
            del wanted["from"]
        return wanted

    def chosen(self) -> list[Entry]:
        """The entries that fit all that is well given; of a day unknown none that is asked for by day."""
        self.is_valid()
        wanted = getattr(self, "cleaned_data", {})
        first, last = wanted.get("from"), wanted.get("until")
        tests: list[Callable[[Entry], bool]] = []
        if country := wanted.get("country"):
            tests.append(lambda entry: entry.country == country)
        if kind := wanted.get("kind"):
            tests.append(lambda entry: entry.kind == kind)
        if first:
            tests.append(lambda entry: entry.signed_on is not None and entry.signed_on >= first)
        if last:
            tests.append(lambda entry: entry.signed_on is not None and entry.signed_on <= last)
        return [entry for entry in self._listed if all(test(entry) for test in tests)]

    @property
    def is_chosen(self) -> bool:
        """Whether anything is asked for."""
        return any(self.data.get(name) for name in self.fields)

    @property
    def may_be_kept(self) -> bool:
        """Whether its page is one of a few: of days there are too many."""
        return self.is_valid() and not (self.data.get("from") or self.data.get("until"))
