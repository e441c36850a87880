"""The parts of what a speaker is asked, a page each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from programme.actions import (
    LinkRefused,
    answer_sessions,
    decide_consent,
    hand_in,
    save_texts,
    set_own_portrait,
    take_back,
)
from programme.languages import reader
from programme.models import Session, SpeakerLink
from programme.portraits import LARGE
from programme.speaking import asked_sessions, consent_wording, handed_in
from programme.speaking_forms import PortraitForm, SessionsForm, SlidesForm, TextsForm
from programme.views.portraits import picture_response
from programme.views.speak import back_to, page_context, speaker_page


@speaker_page
def sessions(request: HttpRequest, link: SpeakerLink, token: str) -> HttpResponse:
    asked = asked_sessions(link)
    form = SessionsForm(request.POST if request.method == "POST" else None, sessions=asked)
    if form.is_valid():
        answer_sessions(link=link, answers=form.answers, language=reader())
        return back_to(request, "speak_sessions", token)
    context = {
        **page_context(request, link, token, "sessions"),
        "form": form,
        "cancelled": [one for one in asked if one.is_cancelled],
    }
    return render(request, "programme/speak_sessions.html", context)


@speaker_page
def texts(request: HttpRequest, link: SpeakerLink, token: str) -> HttpResponse:
    form = TextsForm(request.POST if request.method == "POST" else None, speaker=link.speaker)
    if form.is_valid():
        save_texts(link=link, texts=form.cleaned_data, language=reader())
        return back_to(request, "speak_texts", token)
    context = {**page_context(request, link, token, "texts"), "form": form}
    return render(request, "programme/speak_texts.html", context)


@speaker_page
def portrait(request: HttpRequest, link: SpeakerLink, token: str) -> HttpResponse:
    if request.method == "POST" and "remove" in request.POST:
        set_own_portrait(link=link, squares=None, language=reader())
        return back_to(request, "speak_portrait", token)
    is_sent = request.method == "POST"
    form = PortraitForm(request.POST, request.FILES) if is_sent else PortraitForm()
    if form.is_valid():
        set_own_portrait(link=link, squares=form.cleaned_data["portrait"], language=reader())
        return back_to(request, "speak_portrait", token)
    context = {
        **page_context(request, link, token, "portrait"),
        "form": form,
        "has_portrait": bool(link.speaker.portrait),
        "portrait_url": reverse("programme_machine:speak_picture", args=[token]),
    }
    return render(request, "programme/speak_portrait.html", context)


@speaker_page
def picture(request: HttpRequest, link: SpeakerLink, token: str) -> HttpResponse:
    """The portrait as it would be shown, also to somebody who is not shown yet."""
    return picture_response(request, link.speaker, LARGE, "jpg")


@speaker_page
def consent(request: HttpRequest, link: SpeakerLink, token: str) -> HttpResponse:
    decision = request.POST.get("decision", "") if request.method == "POST" else ""
    if decision in ("give", "withdraw"):
        decide_consent(
            link=link,
            is_given=decision == "give",
            wording=consent_wording(),
            language=reader(),
        )
        return back_to(request, "speak_consent", token)
    context = {
        **page_context(request, link, token, "consent"),
        "wording": consent_wording(),
        "history": list(link.speaker.consent_events.all()),
    }
    return render(request, "programme/speak_consent.html", context)


@speaker_page
def slides(request: HttpRequest, link: SpeakerLink, token: str) -> HttpResponse:
    asked = asked_sessions(link)
    is_sent = request.method == "POST"
    if is_sent and (number := request.POST.get("remove", "")):
        if number.isdecimal() and len(number) < 19:
            take_back(link=link, material_id=int(number))
        return back_to(request, "speak_slides", token)
    form = SlidesForm(request.POST, request.FILES, sessions=asked) if is_sent else SlidesForm(sessions=asked)
    if form.is_valid():
        given = form.cleaned_data
        try:
            hand_in(
                link=link,
                session=get_object_or_404(Session, pk=given["session"]),
                title=given["title"],
                slides_language=given["slides_language"],
                file=given["file"],
                language=reader(),
            )
        except LinkRefused as refusal:
            form.add_error(None, refusal.message)
        else:
            return back_to(request, "speak_slides", token)
    context = {
        **page_context(request, link, token, "slides"),
        "form": form,
        "can_be_sent": bool(form.fields["session"].choices),  # type: ignore[attr-defined]
        "materials": handed_in(link),
    }
    return render(request, "programme/speak_slides.html", context)
