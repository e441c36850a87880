"""A page of the admin between a button and what it does: it says what will happen, and asks what is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from declarations.actions import Refusal
from efus_conference.models import User


def officer(request: HttpRequest) -> User:
    """Who presses the button; the admin lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def step(
    model_admin: admin.ModelAdmin[Any],
    request: HttpRequest,
    obj: Model | None,
    *,
    title: Any,
    explanation: list[Any],
    button: Any,
    form: forms.Form,
    do: Callable[[forms.Form], Model],
    done: Any,
    is_danger: bool = False,
    record: Callable[[], Mapping[str, Any]] | None = None,
) -> HttpResponse:
    """Shows the step, with the record it is about, as it is by then, where one is given.

    On POST calls `do` with the valid form and goes to the page of the row it returns. A refusal is a sentence on
    the same page, and what was typed stays.
    """
    if request.method == "POST" and form.is_valid():
        try:
            changed = do(form)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, str(done))
            opts = changed._meta
            return redirect(f"admin:{opts.app_label}_{opts.model_name}_change", changed.pk)
    opts = model_admin.opts
    back = (
        reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[obj.pk])
        if obj
        else reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    )
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": opts,
        "title": title,
        "subtitle": str(obj) if obj else None,
        "original": obj,
        "explanation": explanation,
        "button": button,
        "is_danger": is_danger,
        "form": form,
        "back": back,
        **(record() if record else {}),
    }
    return TemplateResponse(request, "admin/declarations/step.html", context)
