"""What one person answered, for organisers: each kind by its right, what is sensitive only when asked for."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from registration.actions import NotReadable, answer_file, read_answers, read_press_card
from registration.actions.answers import ACCREDIT
from registration.answers import ShownAnswer, shown
from registration.downloads import download
from registration.models import Answer, PressCard, Registration, SensitiveReading
from registration.models.answers import SENSITIVE
from registration.requests import reader

FILE = "admin:registration_answer_file"


@never_cache
def answers_page(request: HttpRequest, admin: Any, pk: int) -> HttpResponse:
    """Ordinary and personal answers at once; the sensitive ones by POST, which notes that they were read."""
    by = reader(request)
    if not by.has_perm("registration.view_registration"):
        raise PermissionDenied
    person = get_object_or_404(Registration.objects.defer("needs").select_related("edition"), pk=pk)
    # By the rights alone: an organiser's own registration is read on its own page.
    readable = Answer.objects.readable_by(by).filter(registration=person).select_related("question")
    sensitive = readable.filter(question__privacy__in=SENSITIVE)
    is_all = request.method == "POST"
    if is_all:
        answers = read_answers(registration=person, by=by, how=SensitiveReading.How.PAGE)
    else:
        answers = list(
            readable.exclude(question__privacy__in=SENSITIVE)
            .prefetch_related("question__choices")
            .order_by("question__order", "question_id")
        )
    hidden = Answer.objects.filter(registration=person).exclude(pk__in=readable.values("pk")).count()
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Answers of %(name)s") % {"name": person.name},
        "opts": admin.opts,
        "person": person,
        "lines": [*_press(person, request), *(shown(answer, file_address=FILE) for answer in answers)],
        "sensitive": 0 if is_all else sensitive.count(),
        "hidden": hidden,
    }
    return render(request, "admin/registration/answers.html", context)


def _press(person: Registration, request: HttpRequest) -> list[ShownAnswer]:
    card = PressCard.objects.filter(registration=person).first()
    if card is None or not request.user.has_perm(ACCREDIT):
        return []
    url = reverse("admin:registration_press_card", args=[person.pk]) if card.card else ""
    return [ShownAnswer(_("Press"), " · ".join(part for part in (card.medium, card.number) if part), url)]


@never_cache
def answer_file_page(request: HttpRequest, admin: Any, pk: int) -> HttpResponseBase:
    """A download; of a sensitive answer it is noted."""
    if not request.user.has_perm("registration.view_registration"):
        raise PermissionDenied
    try:
        answer = answer_file(answer_id=pk, by=reader(request))
    except NotReadable as refusal:
        raise Http404 from refusal
    return download(answer.file, name=answer.value)


@never_cache
def press_card_page(request: HttpRequest, admin: Any, pk: int) -> HttpResponseBase:
    if not request.user.has_perm(ACCREDIT):
        raise PermissionDenied
    person = get_object_or_404(Registration.objects.defer("needs"), pk=pk)
    try:
        card = read_press_card(registration=person, by=reader(request))
    except NotReadable as refusal:
        raise Http404 from refusal
    return download(card.card, name="press-card")
