"""What the next edition begins with: how people registered for the last one, moved to its days, and nobody of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, User
from efus_conference.moments import plausible
from registration.actions.refusals import Refusal
from registration.models import (
    BookingLimit,
    BookingRules,
    Category,
    ConsentText,
    Message,
    Question,
    RetentionRule,
)

AnyModel = TypeVar("AnyModel", bound=Model)
# Groups that the next edition has too; a delegation and a session are the last one's.
COPIED_AUDIENCES = (Message.Audience.ALL, Message.Audience.SEATLESS, Message.Audience.CATEGORY)


class SetUpAlready(Refusal):
    message = _("This edition has categories, questions or rules already. Copying would mix the two.")


@dataclass(frozen=True)
class Setup:
    """What is copied of an edition, as rows of that edition; `left_out` are the questions that are not."""

    categories: list[Category]
    questions: list[Question]
    left_out: list[Question]
    limits: list[BookingLimit]
    rules: list[BookingRules]
    consent_texts: list[ConsentText]
    retention_rules: list[RetentionRule]
    messages: list[Message]

    @classmethod
    def of(cls, edition: Edition) -> Setup:
        questions = Question.objects.filter(edition=edition).prefetch_related("choices", "categories")
        messages = Message.objects.filter(edition=edition, audience__in=COPIED_AUDIENCES)
        return cls(
            categories=list(Category.objects.filter(edition=edition)),
            # One that comes with a seat in a session is asked nobody where that session is not.
            questions=list(questions.filter(session=None)),
            left_out=list(questions.exclude(session=None)),
            limits=list(BookingLimit.objects.filter(edition=edition).select_related("kind")),
            rules=list(BookingRules.objects.filter(edition=edition)),
            consent_texts=list(ConsentText.objects.current(edition)),
            retention_rules=list(RetentionRule.objects.filter(edition=edition)),
            messages=list(messages.select_related("category").order_by("made_at", "pk")),
        )

    def is_empty(self) -> bool:
        return not any(
            (
                self.categories,
                self.questions,
                self.limits,
                self.rules,
                self.consent_texts,
                self.retention_rules,
                self.messages,
            )
        )


@transaction.atomic
def copy_setup(*, source: Edition, target: Edition, by: User | None = None) -> Setup:
    """Copies categories, questions with their choices and conditions, limits, rules, words and mails; what it copied.

    Windows move by the days between the editions and keep the hour on the clocks; without days they stay empty.
    Mails are copied as drafts of `by`. Raises SetUpAlready.
    """
    Edition.objects.select_for_update(no_key=True).get(pk=target.pk)
    if not Setup.of(target).is_empty():
        raise SetUpAlready
    setup = Setup.of(source)
    categories = {
        category.pk: _copy(
            category,
            edition=target,
            opens_at=moved(category.opens_at, source, target),
            closes_at=moved(category.closes_at, source, target),
            offered_count=0,
            taken_count=0,
        )
        for category in setup.categories
    }
    _copy_questions(setup.questions, target, categories)
    for row in (*setup.limits, *setup.rules, *setup.retention_rules):
        _copy(row, edition=target)
    for text in setup.consent_texts:
        _copy(text, edition=target, version=1)
    for message in setup.messages:
        category = categories[message.category_id] if message.category_id else None
        _copy(message, edition=target, category=category, written_by=by, sent_at=None, sent_count=0)
    return setup


def _copy_questions(questions: Iterable[Question], target: Edition, categories: dict[int, Category]) -> None:
    copies: dict[int, Question] = {}
    for question in questions:
        copy = _copy(question, edition=target, depends_on=None, depends_value="")
        copy.categories.set([categories[category.pk] for category in question.categories.all()])
        for choice in question.choices.all():
            _copy(choice, question=copy)
        copies[question.pk] = copy
    # Only now, because a question may depend on a later one.
    for question in questions:
        if question.depends_on_id in copies:
            copy = copies[question.pk]
            copy.depends_on, copy.depends_value = copies[question.depends_on_id], question.depends_value
            copy.save(update_fields=["depends_on", "depends_value"])


def moved(moment: datetime | None, source: Edition, target: Edition) -> datetime | None:
    """A moment of one edition at another: as many days before its first day, at the same hour on its clocks.

    None where an edition has no days, and for a moment that no conference can have.
    """
    if moment is None or source.starts_on is None or target.starts_on is None:
        return None
    days = target.starts_on - source.starts_on
    try:
        wall = moment.astimezone(source.zone).replace(tzinfo=None) + timedelta(days=days.days)
        # An hour that summer time skips is the one after; of one that it doubles, the first.
        there = wall.replace(tzinfo=target.zone)
        plausible(there)
    except (OverflowError, ValidationError):
        return None
    return there


def _copy(row: AnyModel, **changed: Any) -> AnyModel:
    """A new row that says the same in every language, but for what changes."""
    copy = type(row)()
    for field in row._meta.concrete_fields:
        if not field.primary_key:
            setattr(copy, field.attname, getattr(row, field.attname))
    for name, value in changed.items():
        setattr(copy, name, value)
    copy.save(force_insert=True)
    return copy
