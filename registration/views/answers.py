"""The questions of a registration that was made: after a booking, after a change, or when one has the answer."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from programme.models import Session
from registration import actions
from registration.answers import is_readable
from registration.asking import Asking, asking_of, values_of
from registration.downloads import download
from registration.models import Answer, PendingFile, PressCard, Question, Registration
from registration.question_fields import STAYS, field_name
from registration.question_forms import QuestionsForm, names_of
from registration.requests import reader
from registration.views.mine import kept_by_reader
from registration.views.parts import save_pages
from registration.views.typed import typed


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest, pk: int, part: int = 1) -> HttpResponse:
    """One page of questions, saved as it is sent. `?session=` asks only what goes with a seat in that session."""
    kept = kept_by_reader(request, pk)
    if not kept.is_live or kept.edition.phase() == "over":
        messages.warning(request, _("Nothing was changed: this registration is over."))
        return redirect(kept)
    session = _session(request, kept)
    asking = asking_of(kept, session=session)
    form = _form(request, kept, asking, session, part)
    if form is None:
        return _after(kept, asking, session, part)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                save_pages(kept, [form], by=reader(request))
        except actions.Refusal as refusal:
            messages.warning(request, str(refusal))
            return redirect(kept)
        following = _after(kept, asking, session, part)
        if asking.next_part(part, values_of(kept)) is None:
            messages.success(request, _("Your answers are saved."))
        return following
    context = {
        "registration": kept,
        "edition": kept.edition,
        "form": form,
        "is_first": part == 1,
        "session": session,
        "title": session.released.title if session is not None and hasattr(session, "released") else "",
        "back": _end(kept, session),
    }
    return render(request, "registration/questions.html", context)


@login_required
@never_cache
@require_safe
def answer_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file its keeper answered with; organisers have an address of their own, in the admin."""
    own = Answer.objects.filter(pk=pk, registration__managed_by=reader(request))
    if not own.exists():
        raise Http404
    try:
        answer = actions.answer_file(answer_id=pk, by=reader(request))
    except actions.NotReadable as refusal:
        raise Http404 from refusal
    return download(answer.file, name=answer.value)


@login_required
@never_cache
@require_safe
def press_card(request: HttpRequest, pk: int) -> HttpResponseBase:
    kept = kept_by_reader(request, pk)
    try:
        card = actions.read_press_card(registration=kept, by=reader(request))
    except actions.NotReadable as refusal:
        raise Http404 from refusal
    return download(card.card, name="press-card")


def _session(request: HttpRequest, kept: Registration) -> Session | None:
    code = request.GET.get("session", "")
    if not code:
        return None
    return get_object_or_404(
        Session.objects.select_related("released"), code=code[:20].replace("\0", ""), edition=kept.edition_id
    )


def _form(
    request: HttpRequest, kept: Registration, asking: Asking, session: Session | None, part: int
) -> QuestionsForm | None:
    asked = asking.part(part, values_of(kept))
    with_press = kept.category.is_press and part == 1 and session is None
    if not asked and not with_press:
        return None
    by = reader(request)
    before = {
        answer.question_id: answer
        for answer in Answer.objects.readable_by(by).filter(registration=kept, registration__managed_by=by)
    }
    initial, stays = _press(kept) if with_press else ({}, {})
    for question in asked:
        if (answer := before.get(question.pk)) is not None:
            is_file = question.kind == Question.Kind.FILE
            initial[field_name(question)] = STAYS if is_file else answer.value
            if is_file:
                stays[field_name(question)] = answer.value
    hidden: set[str] = set()
    if not is_readable(kept, by):
        answered = values_of(kept)
        hidden = {q.slug for q in asked if q.pk in answered and q.pk not in before}
    posted: dict[str, str] | None = None
    problems: dict[str, ValidationError] = {}
    if request.method == "POST":
        posted, problems = typed(request, asked, with_press=with_press)
    files = PendingFile.objects.named((posted or {}).values(), user=by)
    following = asking.next_part(part, values_of(kept))
    return QuestionsForm(
        posted,
        initial=initial,
        questions=asked,
        with_press=with_press,
        files=names_of(files),
        stays=stays,
        problems=problems,
        hidden=hidden,
        action=_address(kept, session, part),
        button=_("Save and continue") if following else _("Save"),
    )


def _press(kept: Registration) -> tuple[dict[str, str], dict[str, str]]:
    card = PressCard.objects.filter(registration=kept).first()
    if card is None:
        return {}, {}
    initial = {"press_medium": card.medium, "press_number": card.number}
    if not card.card:
        return initial, {}
    return {**initial, "press_card": STAYS}, {"press_card": _("press card or assignment")}


def _after(kept: Registration, asking: Asking, session: Session | None, part: int) -> HttpResponse:
    following = asking.next_part(part, values_of(kept))
    return redirect(_end(kept, session) if following is None else _address(kept, session, following))


def _address(kept: Registration, session: Session | None, part: int) -> str:
    address = reverse("registration:questions_part", args=[kept.pk, part])
    return f"{address}?{urlencode({'session': session.code})}" if session else address


def _end(kept: Registration, session: Session | None) -> str:
    return reverse("registration:my_session", args=[session.code]) if session else kept.get_absolute_url()
