"""Organisers' pages of the desk: a link and its PIN, shown once; and the paper list, typed in afterwards."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from efus_conference import qr
from efus_conference.mail import site_address
from efus_conference.models import Edition
from efus_conference.writing import NOT_PRINTABLE, only_line_breaks
from programme.models import ReleasedSession
from registration.actions import take_check_ins
from registration.actions.check_ins import ALREADY, NEW, Arrival
from registration.actions.desk import NewLink
from registration.desk.days import day_of
from registration.models import CheckIn, DeskPassphrase, Ticket
from registration.models.desk import days_of
from registration.requests import reader
from registration.ticket_keys import typed_code
from registration.times import spoken_clock, spoken_day

if TYPE_CHECKING:
    from registration.admin.desk import CheckInAdmin, DeskLinkAdmin

MOST_LINES = 1000
BEGINNING = re.compile(r"\w{5}[-–\s]?\w{5}\b", re.ASCII)
INPUT = "border border-base-200 rounded-default px-3 py-2 w-full dark:border-base-700"


@never_cache
def show_link(request: HttpRequest, admin: DeskLinkAdmin, made: NewLink) -> HttpResponse:
    """To be printed or read out: afterwards nobody can read token and PIN again."""
    address = site_address(reverse("registration:desk_enter_by_link", args=[made.token]))
    context: dict[str, Any] = {
        **admin.admin_site.each_context(request),
        "title": made.link.label,
        "opts": admin.opts,
        "link": made.link,
        "address": address,
        "symbol": qr.symbol(address),
        "pin": made.pin,
        "has_passphrase": DeskPassphrase.objects.filter(edition=made.link.edition_id).exists(),
    }
    # Neither token nor PIN is in the address of this page.
    return render(request, "admin/registration/desk_link.html", context)


class PaperForm(forms.Form):
    """What was ticked on paper: on one day, at the entrance or at one session's door."""

    day = forms.ChoiceField(
        label=gettext_lazy("Day"),
        error_messages={
            "required": gettext_lazy("Choose the day."),
            "invalid_choice": gettext_lazy("Choose a day of the edition."),
        },
    )
    where = forms.ChoiceField(
        label=gettext_lazy("Where"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose the entrance, or a session of the edition.")},
    )
    at = forms.TimeField(
        label=gettext_lazy("Time"),
        help_text=gettext_lazy(
            "About when they came, by the clocks of the edition: one time for all of them."
        ),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={
            "required": gettext_lazy("Enter the time."),
            "invalid": gettext_lazy("Enter a time such as 09:15."),
        },
    )
    codes = forms.CharField(
        label=gettext_lazy("Codes"),
        max_length=30 * MOST_LINES,
        help_text=gettext_lazy(
            "As they stand in the list, one in each line: 7QK2M-9XD4T. What stands after it is not read."
        ),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        validators=[only_line_breaks],
        error_messages={
            "required": gettext_lazy("Type at least one code."),
            "max_length": gettext_lazy("These are too many at once. Send them in several parts."),
            "null_characters_not_allowed": NOT_PRINTABLE,
        },
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition
        self.sessions = {
            row.session.code: row
            for row in ReleasedSession.objects.filter(edition=edition)
            .select_related("session", "room")
            .order_by("during")
        }
        today = day_of(edition, timezone.now())
        days = [day for day in days_of(edition) if day <= today]
        if edition.is_demonstration and today not in days:
            days.append(today)
        day, where = self.fields["day"], self.fields["where"]
        assert isinstance(day, forms.ChoiceField)
        assert isinstance(where, forms.ChoiceField)
        day.choices = [(one.isoformat(), _spoken(one)) for one in days]
        if today in days:
            day.initial = today.isoformat()
        else:
            day.choices = [("", _("Choose the day")), *day.choices]
        where.choices = [("", _("Entrance")), *self._doors()]
        for field_ in self.fields.values():
            field_.widget.attrs["class"] = INPUT

    def _doors(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """By day; each with when and where it is, as sessions of one name are many."""
        zone, by_day = self.edition.zone, defaultdict(list)
        for code, row in self.sessions.items():
            facts = (spoken_clock(row.starts_at, zone), row.room.name if row.room else "", row.title)
            by_day[spoken_day(row.starts_at, zone)].append((code, " · ".join(fact for fact in facts if fact)))
        return list(by_day.items())

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if "day" in answers and "at" in answers:
            day = date.fromisoformat(answers["day"])
            at = datetime.combine(day, answers["at"], tzinfo=self.edition.zone)
            if at > timezone.now():
                self.add_error("at", _("This moment is still to come."))
            answers |= {"day": day, "at": at}
        return answers


@dataclass
class Typed:
    """What became of the lines."""

    new: int = 0
    already: int = 0
    # As typed, each with why nobody was checked in by it.
    left: list[tuple[str, str]] = field(default_factory=list)


@never_cache
def paper_page(request: HttpRequest, admin: CheckInAdmin) -> HttpResponse:
    if not admin.has_paper_permission(request):
        raise PermissionDenied
    edition = Edition.objects.current()
    if edition is None:
        messages.error(request, _("There is no current edition."))
        return redirect("admin:registration_checkin_changelist")
    form = PaperForm(request.POST if request.method == "POST" else None, edition=edition)
    typed: Typed | None = None
    if form.is_valid():
        typed = _take(request, edition, form)
        # What was not understood stays in the form, to be mended.
        left = "\n".join(line for line, _why in typed.left)
        form = PaperForm(edition=edition, initial={**form.cleaned_data, "codes": left})
        if typed.new:
            done = ngettext("%(count)d person is checked in.", "%(count)d people are checked in.", typed.new)
            messages.success(request, done % {"count": typed.new})
    context: dict[str, Any] = {
        **admin.admin_site.each_context(request),
        "title": _("From the paper list"),
        "opts": admin.opts,
        "edition": edition,
        "form": form,
        "typed": typed,
    }
    return render(request, "admin/registration/paper_list.html", context)


def _take(request: HttpRequest, edition: Edition, form: PaperForm) -> Typed:
    typed = Typed()
    lines = [line.strip() for line in form.cleaned_data["codes"].splitlines() if line.strip()]
    read: dict[str, str] = {}  # by code, the line
    for line in lines:
        if code := _code_of(line):
            read.setdefault(code, line[:100])
        else:
            typed.left.append((line[:100], _("This is no code.")))
    tickets = {
        ticket.code: ticket for ticket in Ticket.objects.filter(code__in=read, registration__edition=edition)
    }
    where = form.sessions.get(form.cleaned_data["where"])
    at: datetime = form.cleaned_data["at"]
    arrivals: dict[uuid.UUID, str] = {}
    made: list[Arrival] = []
    for code, line in read.items():
        ticket = tickets.get(code)
        if ticket is None:
            typed.left.append((line, _("Nobody of this edition has this code.")))
            continue
        if ticket.voided_at is not None and ticket.voided_at <= at:
            typed.left.append((line, _("This code was void at that time.")))
            continue
        arrival = Arrival(
            id=uuid.uuid4(),
            registration_id=ticket.registration_id,
            day=form.cleaned_data["day"],
            at=at,
            how=CheckIn.How.PAPER,
            session_id=where.pk if where else None,
            ticket_id=ticket.pk,
        )
        arrivals[arrival.id] = line
        made.append(arrival)
    outcomes = take_check_ins(edition=edition, arrivals=made, by=reader(request))
    for key, outcome in outcomes.items():
        if outcome == NEW:
            typed.new += 1
        elif outcome == ALREADY:
            typed.already += 1
        else:
            typed.left.append((arrivals[key], _("This person does not take part, or not any more.")))
    return typed


def _spoken(day: date) -> str:
    return date_format(day, "l j F")


def _code_of(line: str) -> str:
    """The code that the line begins with, spelt as `typed_code` takes it; empty when it begins with none."""
    match = BEGINNING.match(line)
    return typed_code(match[0]) if match else ""
