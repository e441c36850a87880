"""The answers as columns of the registrations' spreadsheet: those that its reader may read, noted as read."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from import_export.fields import Field

from efus_conference.exports import safe_cell
from efus_conference.models import User
from registration.actions.answers import note_answers_read
from registration.models import Answer, Question, SensitiveReading
from registration.models.answers import SENSITIVE, readable_kinds
from registration.question_fields import in_words


class AnswerColumns:
    """Mixed into a resource of registrations; `by` is who exports. Without it there are no such columns."""

    fields: dict[str, Field]
    # The kinds of answers that this list may hold at all; the reader's rights then say which of them it does.
    kinds: tuple[str, ...]

    def __init__(self, *, by: User | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._by = by
        self._questions: list[Question] = []
        self._answers: dict[tuple[int, int], str] = {}

    def before_export(self, queryset: Any, **kwargs: Any) -> None:
        super().before_export(queryset, **kwargs)  # type: ignore[misc]
        if self._by is None or queryset is None:
            return
        ids = list(queryset.values_list("pk", flat=True))
        editions = set(queryset.order_by().values_list("edition_id", flat=True))
        asked = self._readable_questions().filter(edition__in=editions)
        self._questions = list(asked.prefetch_related("choices"))
        by_id = {question.pk: question for question in self._questions}
        read: set[int] = set()
        for answer in Answer.objects.readable_by(self._by).filter(registration__in=ids, question__in=by_id):
            question = by_id[answer.question_id]
            self._answers[answer.registration_id, question.pk] = in_words(question, answer.value)
            if question.privacy in SENSITIVE:
                read.add(answer.registration_id)
        how = SensitiveReading.How.SHEET
        note_answers_read(sorted(read), by=self._by, how=how)
        if "needs" in self.fields:
            told = queryset.exclude(needs="").values_list("pk", flat=True)
            note_answers_read(list(told), by=self._by, how=how, what=SensitiveReading.What.NEEDS)

    def _readable_questions(self) -> QuerySet[Question]:
        # By the rights alone: what an organiser keeps for others is no part of a list of all.
        kinds = set(readable_kinds(self._by)) & set(self.kinds) if self._by else set()
        return Question.objects.filter(privacy__in=kinds).order_by("edition", "order", "pk")

    def get_user_visible_fields(self) -> list[Field]:
        """What the page of the export names: all columns of the sheet, those of the questions too."""
        slugs = dict.fromkeys(self._readable_questions().values_list("slug", flat=True))
        return [Field(column_name=heading) for heading in (*self.get_export_headers(), *slugs)]

    def get_export_headers(self, *args: Any, **kwargs: Any) -> list[str]:
        headers: list[str] = super().get_export_headers(*args, **kwargs)  # type: ignore[misc]
        return [*headers, *(safe_cell(question.slug) for question in self._questions)]

    def export_resource(self, instance: Any, *args: Any, **kwargs: Any) -> list[Any]:
        row: list[Any] = super().export_resource(instance, *args, **kwargs)  # type: ignore[misc]
        answers = (self._answers.get((instance.pk, question.pk), "") for question in self._questions)
        return [*row, *(safe_cell(answer) for answer in answers)]
