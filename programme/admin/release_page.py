"""“Release the programme”: what would change and what looks wrong, and then one button."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminTextInputWidget

from efus_conference.admin_base import edition_asked_for, ids_in
from efus_conference.models import Edition, User
from efus_conference.writing import without_control_characters
from programme.actions import Preview, ReleaseRefused, preview, release
from programme.admin.difference_lines import FieldLine, Names, field_lines
from programme.admin.reset_page import reset_address
from programme.models import Release, ReleaseChange, Session
from programme.release_hooks import Concern, SessionChange, SessionConsequences

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


GROUPS = [
    (ReleaseChange.Kind.CANCELLED, gettext_lazy("Cancelled")),
    (ReleaseChange.Kind.MOVED, gettext_lazy("Moved")),
    (ReleaseChange.Kind.RESTORED, gettext_lazy("Takes place after all")),
    (ReleaseChange.Kind.NEW, gettext_lazy("New")),
    (ReleaseChange.Kind.CHANGED, gettext_lazy("Changed in its texts, languages or people")),
]


@dataclass(frozen=True)
class DifferenceLine:
    pk: int
    kind: str
    label: str
    variant: str
    title: str
    code: str
    url: str
    fields: list[FieldLine]
    consequences: list[str]
    warnings: int
    back_url: str


def release_page(request: HttpRequest, admin: SessionAdmin) -> HttpResponse:
    """`?edition=` (the current one by default) and `?sessions=1,2` (everything by default).

    `?released=3` is where a release leads to: what it made public, above what still differs.
    """
    if not admin.has_release_permission(request):
        raise PermissionDenied
    editions = list(
        Edition.objects.filter(sessions__isnull=False)
        .distinct()
        .order_by("-number")
        .prefetch_related("hosting__organisation")
    )
    edition = edition_asked_for(request, editions)
    if edition is None:
        messages.error(request, _("There is no such edition with sessions to release."))
        return redirect("admin:programme_session_changelist")
    sessions = _chosen_sessions(request, edition)
    form = NoteForm(request.POST or None)
    shown = preview(edition=edition, sessions=sessions)
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
                _say_what_was_released(request, made, shown)
            query = {"edition": edition.slug} | ({"released": str(made.number)} if made else {})
            return redirect(f"{reverse('admin:programme_session_release')}?{urlencode(query)}")
        # Refused: what stands there now is shown, and the note is kept.
        shown = preview(edition=edition, sessions=sessions)
    lines = _lines(shown, edition)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("Release the programme"),
        "edition": edition,
        "editions": editions,
        "chosen_count": None if sessions is None else len(sessions),
        "shown": shown,
        "differences": lines,
        "groups": _groups(lines),
        "concerns": _concerns(shown),
        "released": _released(request, edition),
        "form": form,
    }
    return render(request, "programme/admin/release.html", context)


def _chosen_sessions(request: HttpRequest, edition: Edition) -> list[Session] | None:
    if "sessions" not in request.GET:
        return None
    wanted = ids_in(",".join(request.GET.getlist("sessions")))
    return list(Session.objects.filter(edition=edition, pk__in=wanted).order_by("starts_at", "pk"))


def _released(request: HttpRequest, edition: Edition) -> Release | None:
    """The release that the address names, with its changes; none for what is no number of one."""
    number = request.GET.get("released", "")
    if not number.isdecimal() or len(number) > 9:
        return None
    changes = Prefetch("changes", ReleaseChange.objects.select_related("session__released"))
    return edition.releases.filter(number=number).prefetch_related(changes).first()


def _say_what_was_released(request: HttpRequest, made: Release, shown: Preview) -> None:
    count = len(shown.changes)
    sentence = ngettext(
        "Release %(number)d of %(edition)s is public, with %(count)d change.",
        "Release %(number)d of %(edition)s is public, with %(count)d changes.",
        count,
    ) % {"number": made.number, "edition": made.edition.name, "count": count}
    mails = shown.consequences.mails
    told = ngettext("%(count)d mail is queued.", "%(count)d mails are queued.", mails) % {"count": mails}
    link = reverse("programme:changes", args=[made.edition.slug])
    messages.success(
        request,
        format_html(
            '{} {} <a href="{}#release-{}">{}</a>', sentence, told, link, made.number, _("See the changelog")
        ),
    )


def _lines(shown: Preview, edition: Edition) -> list[DifferenceLine]:
    rows = [row for change in shown.changes for row in (change.before, change.after) if row]
    names = Names(rows, edition)
    warned = Counter(pk for warning in shown.warnings for pk in warning.session_ids)
    return [_line(change, names, shown, warned) for change in shown.changes]


def _line(change: SessionChange, names: Names, shown: Preview, warned: Mapping[int, int]) -> DifferenceLine:
    return DifferenceLine(
        pk=change.after.pk,
        kind=change.kind,
        label=capfirst(str(ReleaseChange.Kind(change.kind).label)),
        variant=VARIANTS[change.kind],
        title=change.after.title,
        code=change.after.session.code,
        url=_edit_url(change.after.pk),
        fields=field_lines(change.before, change.after, names),
        consequences=_consequences(shown.consequences.of_sessions.get(change.after.pk)),
        warnings=warned.get(change.after.pk, 0),
        back_url=reset_address([change.after.pk]) if change.before else "",
    )


def _consequences(counts: SessionConsequences | None) -> list[str]:
    """What becomes of the seats of one session and who hears of it, a sentence each."""
    if counts is None:
        return []
    sentences = [
        (
            counts.seats_that_move,
            ngettext(
                "%(count)d booked seat moves along.",
                "%(count)d booked seats move along.",
                counts.seats_that_move,
            ),
        ),
        (
            counts.seats_that_end,
            ngettext("%(count)d booked seat ends.", "%(count)d booked seats end.", counts.seats_that_end),
        ),
        (
            counts.people_in_two_places,
            ngettext(
                "%(count)d person comes to have two seats at one time and chooses.",
                "%(count)d people come to have two seats at one time and choose.",
                counts.people_in_two_places,
            ),
        ),
        (
            counts.mails,
            ngettext("%(count)d person is told by mail.", "%(count)d people are told by mail.", counts.mails),
        ),
    ]
    told = [sentence % {"count": count} for count, sentence in sentences if count]
    return told or [_("Nobody has a seat or a star here: no mail is sent.")]


def _groups(lines: Sequence[DifferenceLine]) -> list[tuple[str, list[DifferenceLine]]]:
    """By the kind of change, cancellations first: they weigh most."""
    found = ((title, [line for line in lines if line.kind == kind]) for kind, title in GROUPS)
    return [(str(title), of_kind) for title, of_kind in found if of_kind]


def _concerns(shown: Preview) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """The warnings by what they are about, each with the addresses of the drafts it names."""
    by_concern: dict[Concern, list[tuple[str, list[str]]]] = {concern: [] for concern in Concern}
    for warning in shown.warnings:
        links = [_edit_url(pk) for pk in reversed(warning.session_ids)]
        by_concern[warning.concern].append((warning.message, links))
    return [(str(concern.label), found) for concern, found in by_concern.items() if found]


def _edit_url(session_id: int) -> str:
    return reverse("admin:programme_session_change", args=[session_id])
