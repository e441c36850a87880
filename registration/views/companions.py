"""Those who accompany one person: named, shown with them, removed and, for a moment, brought back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registration.actions.companions import MOST, Named, name_companion, remove_companion, restore_companion
from registration.actions.refusals import AlreadyRegistered, Refusal
from registration.agenda.people import joined
from registration.delegation_forms import CompanionForm
from registration.models import Registration
from registration.powers import may_act_for
from registration.requests import reader

REMOVED = "companion_removed"


def person_of_reader(request: HttpRequest, pk: int) -> Registration:
    """Someone the reader may act for, who is no companion; anyone else is not found."""
    person = get_object_or_404(
        Registration.objects.live()
        .filter(place__accompanies=None, erased_at=None)
        .select_related("edition", "category", "place", "managed_by")
        .defer("needs"),
        pk=pk,
    )
    if not may_act_for(person.place, reader(request)):
        raise Http404
    return person


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def companions(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_of_reader(request, pk)
    is_adding = request.method == "POST" and request.POST.get("what", "name") == "name"
    form = CompanionForm(
        request.POST if is_adding else None,
        initial={"mails_to": Registration.MailsTo.MANAGER, "language": person.language},
    )
    if is_adding and form.is_valid():
        answers = dict(form.cleaned_data)
        kind = answers.pop("companion_kind")
        try:
            named = name_companion(
                registration=person, by=reader(request), companion_kind=kind, person=answers
            )
        except Refusal as refusal:
            form.add_error("email" if isinstance(refusal, AlreadyRegistered) else None, str(refusal))
        else:
            _say(request, person, named)
            return redirect("registration:companions", pk)
    elif request.method == "POST" and not is_adding:
        _remove_or_restore(request, person)
        return redirect("registration:companions", pk)
    accompanying = (
        Registration.objects.live()
        .filter(place__accompanies=person.place_id)
        .select_related("place", "category")
        .defer("needs")
        .order_by("pk")
    )
    return render(
        request,
        "registration/companions.html",
        {
            "person": person,
            "edition": person.edition,
            "companions": accompanying,
            "removed": _removed(request, person),
            "form": form,
            "can_add": person.is_confirmed and len(accompanying) < MOST and person.edition.phase() != "over",
            "most": MOST,
            "is_keeper": person.managed_by_id == reader(request).pk,
        },
    )


def _say(request: HttpRequest, person: Registration, named: Named) -> None:
    sentence = _("%(companion)s accompanies %(person)s.")
    messages.success(request, sentence % {"companion": named.registration.name, "person": person.name})
    if named.seated:
        seats = ngettext(
            "A seat is booked for %(companion)s in %(titles)s.",
            "Seats are booked for %(companion)s in %(titles)s.",
            len(named.seated),
        )
        titles = joined([f"“{released.title}”" for released in named.seated])
        messages.success(request, seats % {"companion": named.registration.name, "titles": titles})
    for released in named.without:
        messages.warning(
            request,
            _(
                "There is no seat for %(companion)s in “%(title)s”, where %(person)s has one or waits for one. "
                "Write to the organisers, or choose another session for both."
            )
            % {"companion": named.registration.name, "title": released.title, "person": person.name},
        )


def _remove_or_restore(request: HttpRequest, person: Registration) -> None:
    number, by = request.POST.get("registration", ""), reader(request)
    if not number.isdecimal() or len(number) > 18:
        raise Http404
    mine = Registration.objects.filter(place__accompanies=person.place_id).select_related("place")
    companion = get_object_or_404(mine, pk=int(number))
    try:
        if request.POST.get("what") == "restore":
            named = restore_companion(registration=companion, by=by)
            request.session.pop(REMOVED, None)
            _say(request, person, named)
        elif request.POST.get("what") == "remove":
            remove_companion(place=companion.place, by=by)
            request.session[REMOVED] = companion.pk
    except Refusal as refusal:
        messages.error(request, str(refusal))


def _removed(request: HttpRequest, person: Registration) -> Registration | None:
    """The one that was removed last in this session, as long as it can come back."""
    number = request.session.get(REMOVED)
    if number is None:
        return None
    ended = Registration.objects.filter(pk=number, place__accompanies=person.place_id)
    companion = ended.exclude(pk__in=Registration.objects.live().values("pk")).first()
    if companion is None or Registration.objects.live().filter(place=companion.place_id).exists():
        return None
    return companion
