"""The timetable's filters: ?day= ?kind= ?theme= ?language=, which combine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programme.models import Theme
from programme.wording import SessionLine, language_name, reader

Choices = list[tuple[str, str]]


class TimetableFilters(forms.Form):
    """Choices are what the programme has. A value it does not have is left out, with a sentence in `ignored`."""

    day = forms.ChoiceField(label=gettext_lazy("Day"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    theme = forms.ChoiceField(label=gettext_lazy("Theme"), required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
    )

    def __init__(
        self, asked: Mapping[str, str], lines: Sequence[SessionLine], themes: Sequence[Theme]
    ) -> None:
        choices = {
            "day": _days(lines),
            "kind": _kinds(lines),
            "theme": [(theme.slug, theme.name) for theme in themes],
            "language": _languages(lines),
        }
        given = {name: asked.get(name, "").strip() for name in choices}
        self.chosen = {
            name: value for name, value in given.items() if value in {key for key, _label in choices[name]}
        }
        self.ignored = [
            _sentence(name, value) for name, value in given.items() if value and name not in self.chosen
        ]
        super().__init__(initial=self.chosen, auto_id="filter_%s")
        for name, empty in (
            ("day", _("All days")),
            ("kind", _("All kinds")),
            ("theme", _("All themes")),
            ("language", _("All languages")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", empty), *choices[name]]
            if not choices[name]:
                del self.fields[name]
        self._themes = {theme.slug: theme.pk for theme in themes}

    def apply(self, lines: Sequence[SessionLine]) -> list[SessionLine]:
        return [line for line in lines if self._fits(line)]

    def _fits(self, line: SessionLine) -> bool:
        chosen, row = self.chosen, line.row
        if "day" in chosen and f"{line.starts_at:%Y-%m-%d}" != chosen["day"]:
            return False
        if "kind" in chosen and row.kind.slug != chosen["kind"]:
            return False
        if "theme" in chosen and self._themes[chosen["theme"]] not in row.theme_ids:
            return False
        return (
            "language" not in chosen
            or chosen["language"] in row.floor_languages
            or chosen["language"] in row.interpretation_languages
        )


def _days(lines: Sequence[SessionLine]) -> Choices:
    return sorted({f"{line.starts_at:%Y-%m-%d}": line.day for line in lines}.items())


def _kinds(lines: Sequence[SessionLine]) -> Choices:
    kinds = {line.row.kind.pk: line.row.kind for line in lines}.values()
    return [
        (kind.slug, kind.name_plural or kind.name)
        for kind in sorted(kinds, key=lambda kind: (kind.order, kind.pk))
    ]


def _languages(lines: Sequence[SessionLine]) -> Choices:
    codes = {
        code for line in lines for code in (*line.row.floor_languages, *line.row.interpretation_languages)
    }
    return sorted(((code, language_name(code, reader())) for code in codes), key=lambda choice: choice[1])


def _sentence(name: str, value: str) -> str:
    sentences = {
        "day": _("This programme has no day “%(value)s”, so all days are shown."),
        "kind": _("This programme has no kind of session “%(value)s”, so all kinds are shown."),
        "theme": _("This programme has no theme “%(value)s”, so all themes are shown."),
        "language": _("This programme has no language “%(value)s”, so all languages are shown."),
    }
    return sentences[name] % {"value": Truncator(value).chars(60)}
