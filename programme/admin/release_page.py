"""“Release the programme”: what would change and what looks wrong, and then one button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminTextInputWidget

from efus_conference.models import Edition, User
from efus_conference.writing import without_control_characters
from programme.actions import Preview, ReleaseRefused, changed_fields, preview, release
from programme.actions.comparison import TEXTS
from programme.changelog import FIELD_NAMES
from programme.models import ReleaseChange, ReleasedSession, Session, Speaker, Theme
from programme.release_hooks import SessionChange
from programme.wording import at_venue, language_list

if TYPE_CHECKING:
    from programme.admin.sessions import SessionAdmin

VARIANTS = {
    "new": "success",
    "moved": "warning",
    "changed": "info",
    "cancelled": "danger",
    "restored": "success",
}


class NoteForm(forms.Form):
    """What the readers of the changelog are told, in each language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, name in settings.LANGUAGES:
            self.fields[f"note_{code}"] = forms.CharField(
                label=_("Note to the readers (%(language)s)") % {"language": name},
                help_text=_("It stands on the public page of changes; mails do not carry it."),
                max_length=300,
                required=False,
                validators=[without_control_characters],
                widget=UnfoldAdminTextInputWidget(),
            )

    @property
    def notes(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"note_{code}"] for code, _name in settings.LANGUAGES}


@dataclass(frozen=True)
class FieldLine:
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class DifferenceLine:
    label: str
    variant: str
    title: str
    code: str
    url: str
    fields: list[FieldLine]


def release_page(request: HttpRequest, admin: SessionAdmin) -> HttpResponse:
    """`?edition=` (the current one by default) and `?sessions=1,2` (everything by default)."""
    if not admin.has_release_permission(request):
        raise PermissionDenied
    editions = list(
        Edition.objects.filter(sessions__isnull=False)
        .distinct()
        .order_by("-number")
        .prefetch_related("hosting__organisation")
    )
    edition = _chosen_edition(request, editions)
    if edition is None:
        messages.error(request, _("There is no such edition with sessions to release."))
        return redirect("admin:programme_session_changelist")
    sessions = _chosen_sessions(request, edition)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        try:
            made = release(
                edition=edition,
                by=request.user,
                sessions=sessions,
                note=form.notes,
                expected=request.POST.get("fingerprint", ""),
            )
        except ReleaseRefused as refusal:
            messages.error(request, refusal.message)
        else:
            if made is None:
                messages.info(request, _("Nothing differs, so nothing was released."))
            else:
                _say_what_was_released(request, edition, made.number, made.changes.count())
            return redirect("admin:programme_session_changelist")
    shown = preview(edition=edition, sessions=sessions)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("Release the programme"),
        "edition": edition,
        "editions": editions,
        "chosen_count": None if sessions is None else len(sessions),
        "shown": shown,
        "differences": _lines(shown, edition),
        "warnings": [(warning.message, _edit_url(warning.session_id)) for warning in shown.warnings],
        "form": form,
    }
    return render(request, "programme/admin/release.html", context)


def _chosen_edition(request: HttpRequest, editions: Sequence[Edition]) -> Edition | None:
    slug = request.GET.get("edition")
    if slug:
        return next((edition for edition in editions if edition.slug == slug), None)
    current = next((edition for edition in editions if edition.is_current), None)
    return current or next(iter(editions), None)


def _chosen_sessions(request: HttpRequest, edition: Edition) -> list[Session] | None:
    if "sessions" not in request.GET:
        return None
    wanted = [part for part in request.GET["sessions"].split(",") if part.isdecimal() and len(part) < 19]
    return list(Session.objects.filter(edition=edition, pk__in=wanted).order_by("starts_at", "pk"))


def _say_what_was_released(request: HttpRequest, edition: Edition, number: int, count: int) -> None:
    sentence = ngettext(
        "Release %(number)d of %(edition)s is public, with %(count)d change.",
        "Release %(number)d of %(edition)s is public, with %(count)d changes.",
        count,
    ) % {"number": number, "edition": edition.name, "count": count}
    link = reverse("programme:changes", args=[edition.slug])
    messages.success(
        request,
        format_html('{} <a href="{}#release-{}">{}</a>', sentence, link, number, _("See the changelog")),
    )


def _lines(shown: Preview, edition: Edition) -> list[DifferenceLine]:
    rows = [row for change in shown.changes for row in (change.before, change.after) if row]
    names = Names(rows, edition)
    return [_line(change, names) for change in shown.changes]


def _line(change: SessionChange, names: Names) -> DifferenceLine:
    before, after = change.before, change.after
    changed = changed_fields(before, after) if before else ["during", "room", "speakers"]
    fields: list[FieldLine] = []
    for name in changed:
        if name in TEXTS:
            fields += _text_lines(name, before, after)
        else:
            was, now = names.value(name, before) if before else "", names.value(name, after)
            if was or now:
                fields.append(FieldLine(_label(name), was, now))
    return DifferenceLine(
        label=capfirst(str(ReleaseChange.Kind(change.kind).label)),
        variant=VARIANTS[change.kind],
        title=after.title,
        code=after.session.code,
        url=_edit_url(after.pk) or "",
        fields=fields,
    )


def _text_lines(name: str, before: ReleasedSession | None, after: ReleasedSession) -> list[FieldLine]:
    lines = []
    for code, language in settings.LANGUAGES:
        was = before.texts.get(code, {}).get(name, "") if before else ""
        now = after.texts.get(code, {}).get(name, "")
        if was != now:
            shortened = (Truncator(text).chars(300) for text in (was, now))
            lines.append(FieldLine(f"{_label(name)} ({language})", *shortened))
    return lines


def _label(name: str) -> str:
    return capfirst(str(FIELD_NAMES.get(name, gettext_lazy("status"))))


def _edit_url(session_id: int | None) -> str | None:
    return reverse("admin:programme_session_change", args=[session_id]) if session_id else None


class Names:
    """What stands behind the ids of released rows, read at once. For organisers: consent is no matter here."""

    def __init__(self, rows: Sequence[ReleasedSession], edition: Edition) -> None:
        self.edition = edition
        people = {one["speaker"] for row in rows for one in row.appearances}
        self.speakers = dict(Speaker.objects.filter(pk__in=people).values_list("pk", "name"))
        themes = {pk for row in rows for pk in row.theme_ids}
        self.themes = {theme.pk: theme.name for theme in Theme.objects.filter(pk__in=themes)}

    def value(self, name: str, row: ReleasedSession) -> str:
        zone = self.edition.zone
        if name == "during":
            return f"{capfirst(at_venue(row.starts_at, zone))}–{row.ends_at.astimezone(zone):%H:%M}"
        values = {
            "room": str(row.room or ""),
            "status": str(row.get_status_display()),
            "kind": str(row.kind),
            "floor_languages": language_list(row.floor_languages),
            "interpretation_languages": language_list(row.interpretation_languages),
            "themes": ", ".join(self.themes.get(pk, "?") for pk in row.theme_ids),
            "speakers": ", ".join(self.speakers.get(one["speaker"], "?") for one in row.appearances),
        }
        return values[name]
