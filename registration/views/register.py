"""Registering: who, the details, a check of the answers; then the confirmation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from efus_conference.models import Edition
from efus_conference.models.organisations import country_name
from efus_conference.templatetags.dates import moment_at
from registration.actions import (
    AlreadyRegistered,
    CategoryClosed,
    CategoryNotOffered,
    PressDetailsMissing,
    RegistrationClosed,
)
from registration.actions import register as register_person
from registration.actions.addresses import has_proved_address, take_address_back
from registration.actions.consents import agree
from registration.actions.delegation_refusals import InvitationGone
from registration.actions.invitations import accept_invitation
from registration.asking import Asking
from registration.category_field import state_of
from registration.consent_form import ConsentForm, ticked_in
from registration.consents import texts_of
from registration.forms import RegistrationForm, WhoForm, first_answers
from registration.models import Category, Question, Registration
from registration.question_forms import QuestionsForm
from registration.requests import reader
from registration.views.drafts import Draft, forget
from registration.views.invited import gone, invitation_of, is_invited
from registration.views.parts import asking_in, draft_pages, draft_part, press_details, save_pages
from registration.views.second_click import is_second_click

DONE = "registered_last"


def is_open(edition: Edition) -> bool:
    """The edition's window, or a category's own that is wider."""
    return edition.is_registration_open() or any(
        category.is_open() for category in Category.objects.offered(edition).select_related("edition")
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def who(request: HttpRequest) -> HttpResponse:
    """Explains, and sends to the login; who is logged in says whom they register."""
    edition = Edition.objects.current()
    if edition is None or not is_open(edition):
        return _closed(request, edition)
    if not request.user.is_authenticated:
        return render(request, "registration/register_intro.html", {"edition": edition})
    own = Registration.objects.live().managed_by(reader(request)).filter(edition=edition, is_own=True).first()
    form = WhoForm(request.POST or None, initial={"who": "other" if own else "own"})
    if request.method == "POST" and form.is_valid():
        is_own = form.cleaned_data["who"] == "own"
        if own is not None and is_own:
            return _already(request, edition, own)
        draft = Draft.of(request, edition)
        if draft is None or draft.is_own != is_own:
            Draft(edition.pk, is_own).keep(request)
        return redirect("registration:register_details")
    return render(
        request,
        "registration/register_who.html",
        {"edition": edition, "form": form, "own": own, "step": 1, "asks": _asks(edition)},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest) -> HttpResponse:
    edition = Edition.objects.current()
    draft = Draft.of(request, edition) if edition else None
    if edition is not None and request.method == "POST":
        # A login that ended, a registration that closed: whatever follows, what was typed is kept.
        draft = draft or Draft(edition.pk, is_own=True)
        draft.take(request.POST)
        draft.keep(request)
    if edition is None or not (is_open(edition) or is_invited(draft)):
        return _closed(request, edition)
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("registration:register_details"))
    if draft is None:
        return redirect("registration:register")
    if request.method == "POST":
        form = draft.form(edition)
        if form.is_valid():
            category = form.cleaned_data["category"]
            return _after(0, draft, asking_in(edition, category), category)
    else:
        draft.keep(request)
        user = reader(request)
        last = (
            Registration.objects.managed_by(user)
            .filter(is_own=draft.is_own)
            .select_related("organisation")
            .order_by("-pk")
            .first()
        )
        initial = {**first_answers(user=user, is_own=draft.is_own, last=last), **draft.answers}
        form = RegistrationForm(
            initial=initial,
            edition=edition,
            is_own=draft.is_own,
            is_granted=draft.invitation_id is not None,
        )
    return _details_page(request, edition, draft, form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest, part: int = 1) -> HttpResponse:
    """A page of the edition's questions; those that an answer calls for come on the next one."""
    edition = Edition.objects.current()
    draft = Draft.of(request, edition) if edition else None
    if edition is None or not (is_open(edition) or is_invited(draft)):
        return _closed(request, edition)
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if draft is None:
        return redirect("registration:register")
    form = draft.form(edition)
    if not form.is_valid():
        return _details_page(request, edition, draft, form)
    category = form.cleaned_data["category"]
    asking = asking_in(edition, category)
    page = draft_part(request, draft, asking, category, part)
    if page is None:
        return _after(part, draft, asking, category)
    if request.method == "POST" and page.is_valid():
        return _after(part, draft, asking, category)
    return _questions_page(request, edition, draft, page, part)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Shows the answers once more; sent, they register. A second click leads to what the first has made."""
    edition = Edition.objects.current()
    draft = Draft.of(request, edition) if edition else None
    if draft is not None and "seen" in request.POST:
        draft.ticked = ticked_in(request.POST)
        draft.keep(request)
    if edition is None or not (is_open(edition) or is_invited(draft)):
        return _closed(request, edition)
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("registration:register_check"))
    if draft is None:
        return _nothing_to_send(request, edition)
    form = draft.form(edition)
    if not form.is_valid():
        # Offered no longer, for example: the form says beside the field what it is.
        return _details_page(request, edition, draft, form)
    pages = draft_pages(request, draft, edition, form.cleaned_data["category"])
    for page in pages:
        if not page.form.is_valid():
            return _questions_page(request, edition, draft, page.form, page.number)
    if request.POST.get("what") == "take_address" and has_proved_address(reader(request)):
        take_address_back(edition=edition, by=reader(request))
        messages.success(request, _("The address is no longer in the other registration. Send yours now."))
        return redirect("registration:register_check")
    is_changed = request.POST.get("seen", draft.fingerprint) != draft.fingerprint
    posted = request.POST if request.method == "POST" else None
    consents = ConsentForm(posted, texts=texts_of(edition), ticked=draft.ticked)
    # Words that were written anew while the page lay open are read before anyone agrees to them.
    is_reworded = posted is not None and not consents.fields.keys() >= set(draft.ticked)
    if posted is not None and not is_changed and not is_reworded and consents.is_valid():
        return _send(request, edition, draft, form, [page.form for page in pages], consents)
    return render(
        request,
        "registration/register_check.html",
        {
            "edition": edition,
            "answers": form.cleaned_data,
            "country": country_name(form.cleaned_data["country"]),
            "language": dict(form.fields["language"].choices)[form.cleaned_data["language"]],  # type: ignore[attr-defined]
            "mails_to": dict(RegistrationForm.base_fields["mails_to"].choices).get(  # type: ignore[attr-defined]
                form.cleaned_data["mails_to"]
            ),
            "answered": [line for page in pages for line in page.lines()],
            "is_own": draft.is_own,
            "is_changed": is_changed,
            "is_reworded": is_reworded,
            "form": consents,
            "fingerprint": draft.fingerprint,
            "note": _note(draft, form.cleaned_data["category"]),
            "invitation": invitation_of(draft),
            "back": reverse("registration:register_questions", args=[pages[-1].number])
            if pages
            else reverse("registration:register_details"),
            "step": 3,
            "asks": bool(pages) or _asks(edition),
        },
    )


def _note(draft: Draft, category: Category) -> str:
    """What one should know of the category; of a granted place only the press has something to wait for."""
    return "" if draft.invitation_id is not None and not category.is_press else state_of(category)


def _asks(edition: Edition) -> bool:
    """Whether there is a step of questions for anyone at all, so that the steps stay the same on all pages."""
    return (
        Question.objects.filter(edition=edition, is_asked=True, session=None).exists()
        or Category.objects.offered(edition).filter(is_press=True).exists()
    )


def _after(part: int, draft: Draft, asking: Asking, category: Category) -> HttpResponse:
    """To the next page that asks something, or to the check."""
    following = asking.next_part(part, draft.values(asking))
    if part == 0 and category.is_press:
        following = 1
    if following is None:
        return redirect("registration:register_check")
    return redirect("registration:register_questions", part=following)


def _details_page(
    request: HttpRequest, edition: Edition, draft: Draft, form: RegistrationForm
) -> HttpResponse:
    form.helper.form_action = reverse("registration:register_details")
    context = {
        "edition": edition,
        "form": form,
        "is_own": draft.is_own,
        "step": 2,
        "asks": _asks(edition),
        "invitation": invitation_of(draft),
    }
    return render(request, "registration/register_details.html", context)


def _questions_page(
    request: HttpRequest, edition: Edition, draft: Draft, form: QuestionsForm, part: int
) -> HttpResponse:
    context = {
        "edition": edition,
        "form": form,
        "is_own": draft.is_own,
        "is_first": part == 1,
        "back": reverse("registration:register_details")
        if part == 1
        else reverse("registration:register_questions", args=[part - 1]),
        "step": "questions",
    }
    return render(request, "registration/register_questions.html", context)


def _send(
    request: HttpRequest,
    edition: Edition,
    draft: Draft,
    form: RegistrationForm,
    pages: list[QuestionsForm],
    consents: ConsentForm,
) -> HttpResponse:
    user, answers = reader(request), form.cleaned_data
    try:
        with transaction.atomic():
            answered = {**answers, "is_own": draft.is_own, "press": press_details(pages, by=user)}
            if draft.invitation_id is not None:
                registration = accept_invitation(invitation_id=draft.invitation_id, by=user, **answered)
            else:
                registration = register_person(edition=edition, managed_by=user, by=user, **answered)
            save_pages(registration, pages, by=user)
            if consents.agreed:
                agree(registration=registration, texts=consents.agreed, language=get_language(), by=user)
    except InvitationGone:
        return gone(request, draft)
    except PressDetailsMissing:
        return redirect("registration:register_questions", part=1)
    except (CategoryClosed, CategoryNotOffered) as refusal:
        form.add_error("category", str(refusal))
        return _details_page(request, edition, draft, form)
    except RegistrationClosed:
        return _closed(request, edition)
    except AlreadyRegistered as refusal:
        existing = refusal.existing
        if existing is None or not is_second_click(existing, answers, pages):
            may_take = existing is None and answers["email"].casefold() == user.email.casefold()
            return _already(request, edition, existing, may_take=may_take and has_proved_address(user))
        registration = existing  # the second of two clicks
    forget(request)
    request.session[DONE] = registration.pk
    return redirect("registration:registered", pk=registration.pk)


def _closed(request: HttpRequest, edition: Edition | None) -> HttpResponse:
    """Before the opening, after the closing, between two editions: when it is, and what one had typed."""
    context: dict[str, Any] = {"edition": edition, "is_before": False}
    if edition is not None:
        opens_at, closes_at = edition.registration_opens_at, edition.registration_closes_at
        context["is_before"] = opens_at is not None and timezone.now() < opens_at
        context["opens"] = moment_at(opens_at, edition) if opens_at else ""
        context["closed"] = moment_at(closes_at, edition) if closes_at else ""
        draft = Draft.of(request, edition)
        if draft is not None and draft.answers:
            fields = RegistrationForm.base_fields
            context["kept"] = [
                (fields[name].label, answer)
                for name, answer in draft.answers.items()
                if answer
                and name in ("given_name", "family_name", "email", "function", "organisation_name", "needs")
            ]
    return render(request, "registration/register_closed.html", context)


def _already(
    request: HttpRequest, edition: Edition, existing: Registration | None, *, may_take: bool = False
) -> HttpResponse:
    """With `may_take` the address is the reader's own, and they may take it out of the other registration."""
    context = {"edition": edition, "existing": existing, "may_take": may_take}
    return render(request, "registration/register_already.html", context, status=409)


def _nothing_to_send(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The form was sent already, or the session that kept its answers has ended."""
    done = request.session.get(DONE)
    if done and Registration.objects.live().managed_by(reader(request)).filter(pk=done).exists():
        return redirect("registration:registered", pk=done)
    return render(request, "registration/register_stale.html", {"edition": edition})
