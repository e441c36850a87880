"""What was posted to a page of questions, with each file put away and its key in its place."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from registration.actions import keep_file
from registration.models import Question
from registration.question_fields import field_name
from registration.requests import reader

LONGEST = 12_000  # characters kept of one answer; the forms refuse far fewer


def typed(
    request: HttpRequest, questions: Sequence[Question], *, with_press: bool
) -> tuple[dict[str, str], dict[str, ValidationError]]:
    """Texts and keys by the names of the fields, and what was wrong with a file. Files that are sound are kept."""
    files = [field_name(question) for question in questions if question.kind == Question.Kind.FILE]
    texts = [field_name(question) for question in questions if question.kind != Question.Kind.FILE]
    if with_press:
        texts += ["press_medium", "press_number"]
        files += ["press_card"]
    values = {name: str(request.POST.get(name, ""))[:LONGEST] for name in texts}
    problems: dict[str, ValidationError] = {}
    for name in files:
        values[name] = str(request.POST.get(f"{name}-kept", ""))[:100]
        if request.POST.get(f"{name}-remove"):
            values[name] = ""
        upload = request.FILES.get(name)
        if upload is None:
            continue
        try:
            values[name] = str(keep_file(upload=upload, by=reader(request)).key)
        except ValidationError as problem:
            problems[name] = problem
    return values, problems
