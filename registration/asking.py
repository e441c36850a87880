"""Which questions one person is asked: by their category, their seats and what they answered before.

Nothing here shows an answer to anybody: see `registration.answers`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from efus_conference.models import Edition
from programme.models import Session
from registration.models import Answer, Booking, Question, Registration


class Asking:
    """The questions for one person, in parts: each part can be decided by the answers to those before it."""

    def __init__(
        self, questions: Iterable[Question], *, category_id: int | None, session_ids: Collection[int] = ()
    ) -> None:
        """`questions` were read by `questions_of`; their categories cost no query each."""
        possible = [
            question
            for question in questions
            if (question.session_id is None or question.session_id in session_ids)
            and _is_for_category(question, category_id)
        ]
        by_id = {question.pk: question for question in possible}
        self.parts: list[list[Question]] = []
        for question in possible:
            depth = _depth(question, by_id)
            while len(self.parts) <= depth:
                self.parts.append([])
            self.parts[depth].append(question)
        self._possible = by_id

    def called_for(self, values: Mapping[int, str]) -> list[Question]:
        """All that is asked when these are the answers, by the question's id; in the order of the parts."""
        asked: dict[int, Question] = {}
        for part in self.parts:
            for question in part:
                trigger = question.depends_on_id
                if trigger is None or (
                    (trigger not in self._possible or trigger in asked)
                    and _calls_for(question, values.get(trigger, ""))
                ):
                    asked[question.pk] = question
        return list(asked.values())

    def part(self, number: int, values: Mapping[int, str]) -> list[Question]:
        """What the page with this number asks, from 1 on; nothing where there is no such page."""
        if not 1 <= number <= len(self.parts):
            return []
        called_for = {question.pk for question in self.called_for(values)}
        return [question for question in self.parts[number - 1] if question.pk in called_for]

    def next_part(self, after: int, values: Mapping[int, str]) -> int | None:
        """The number of the next page that asks something."""
        numbers = range(after + 1, len(self.parts) + 1)
        return next((number for number in numbers if self.part(number, values)), None)


def _is_for_category(question: Question, category_id: int | None) -> bool:
    only_for = {category.pk for category in question.categories.all()}
    return not only_for or category_id in only_for


def _depth(question: Question, by_id: Mapping[int, Question]) -> int:
    """How many of the questions come before it. The database lets no circle be, and none would hang this."""
    depth, above = 0, by_id.get(question.depends_on_id or 0)
    while above is not None and depth < len(by_id):
        depth, above = depth + 1, by_id.get(above.depends_on_id or 0)
    return depth


def _calls_for(question: Question, answer: str) -> bool:
    if not answer:
        return False
    return not question.depends_value or answer.casefold() == question.depends_value.casefold()


def questions_of(edition: Edition) -> list[Question]:
    """All that the edition asks now, in three queries."""
    asked = Question.objects.filter(edition=edition, is_asked=True).select_related("session")
    questions = list(asked.prefetch_related("categories", "choices"))
    for question in questions:
        question.edition = edition
    return questions


def asking_of(registration: Registration, *, session: Session | None = None) -> Asking:
    """What this registration is asked, its seats counted in; with a session, what is asked with a seat in it."""
    seats = Booking.objects.standing().filter(place_id=registration.place_id)
    questions = questions_of(registration.edition)
    if session is not None:
        questions = [question for question in questions if question.session_id == session.pk]
    return Asking(
        questions,
        category_id=registration.category_id,
        session_ids=set(seats.values_list("session_id", flat=True)),
    )


def values_of(registration: Registration) -> dict[int, str]:
    """What was answered, by the question's id: to decide what is asked, never to be shown."""
    return dict(Answer.objects.filter(registration=registration).values_list("question_id", "value"))


def unanswered(
    registration: Registration, *, session: Session | None = None, only_required: bool = False
) -> list[Question]:
    """What is asked and has no answer yet; with a session, what is asked with a seat in it.

    One query where the session asks nothing.
    """
    if session is not None and not Question.objects.filter(session=session, is_asked=True).exists():
        return []
    asking = asking_of(registration, session=session)
    if not asking.parts:
        return []
    values = values_of(registration)
    return [
        question
        for question in asking.called_for(values)
        if question.pk not in values and (question.is_required or not only_required)
    ]
