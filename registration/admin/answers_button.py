from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from efus_conference.admin_base import number
from registration.requests import reader


class WithAnswers:
    """Mixed into the registrations' page: a button to the answers, and columns of answers in the spreadsheet."""

    actions_detail = ["open_answers"]

    @action(description=_("Answers"), url_path="to-answers", icon="quiz")
    def open_answers(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:registration_answers_of", pk=number(object_id))

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        given: dict[str, Any] = super().get_export_resource_kwargs(request, **kwargs)  # type: ignore[misc]
        return {**given, "by": reader(request)}
