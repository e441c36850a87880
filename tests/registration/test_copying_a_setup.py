"""What the next edition begins with: how people registered for the last one, and nobody of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import translation

from efus_conference.models import Edition
from registration.actions.opening import SetUpAlready, copy_setup, moved
from registration.models import (
    BookingLimit,
    BookingRules,
    Category,
    ConsentText,
    Message,
    Question,
    QuestionChoice,
    RetentionRule,
)
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def source() -> Edition:
    return factories.edition(timezone="Europe/Brussels")


@pytest.fixture
def target() -> Edition:
    """Two years and eleven days later, in another zone."""
    return factories.edition(
        is_current=False,
        is_published=False,
        year=2033,
        starts_on=date(2033, 5, 25),
        ends_on=date(2033, 5, 27),
        timezone="Europe/Helsinki",
    )


def rows(model: Any, edition: Edition, *fields: str) -> list[Any]:
    return list(model.objects.filter(edition=edition).order_by("pk").values_list(*fields))


def test_categories_keep_their_quota_and_begin_with_nobody(source: Edition, target: Edition) -> None:
    factories.category(
        source,
        slug="mayor",
        name_en="Mayor",
        name_fr="Maire",
        quota=50,
        taken_count=7,
        offered_count=2,
        opens_at=datetime(2031, 1, 10, 8, 0, tzinfo=UTC),  # nine o'clock in winter
        closes_at=datetime(2031, 4, 10, 7, 0, tzinfo=UTC),  # nine o'clock in summer
    )

    with translation.override("fr"):
        copy_setup(source=source, target=target)

    assert rows(
        Category,
        target,
        "slug",
        "name_en",
        "name_fr",
        "quota",
        "taken_count",
        "offered_count",
        "opens_at",
        "closes_at",
    ) == [
        (
            "mayor",
            "Mayor",
            "Maire",
            50,
            0,
            0,
            datetime(2033, 1, 21, 7, 0, tzinfo=UTC),  # nine o'clock in Helsinki
            datetime(2033, 4, 21, 6, 0, tzinfo=UTC),
        )
    ]


def test_questions_keep_their_choices_and_conditions_and_lose_those_of_a_session(
    source: Edition, target: Edition
) -> None:
    mayor = factories.category(source, slug="mayor")
    meal = Question(edition=source, slug="meal", text_en="Do you eat with us?", kind="yes_no", order=20)
    meal.save()
    diet = Question.objects.create(
        edition=source, slug="diet", text_en="What?", kind="choice", privacy="diet", order=10, depends_on=meal,
        depends_value="yes",
    )  # fmt: skip
    diet.categories.add(mayor)
    QuestionChoice.objects.create(question=diet, slug="vegan", text_en="vegan", text_nl="veganistisch")
    seated = factories.session(source)
    Question.objects.create(edition=source, slug="shoes", text_en="Size?", kind="text", session=seated)

    setup = copy_setup(source=source, target=target)

    assert [question.slug for question in setup.left_out] == ["shoes"]
    copies = {question.slug: question for question in Question.objects.filter(edition=target)}
    assert set(copies) == {"meal", "diet"}
    copy = copies["diet"]
    assert (copy.depends_on, copy.depends_value, copy.privacy) == (copies["meal"], "yes", "diet")
    assert list(copy.categories.values_list("edition", "slug")) == [(target.pk, "mayor")]
    assert list(copy.choices.values_list("slug", "text_en", "text_nl")) == [
        ("vegan", "vegan", "veganistisch")
    ]


def test_rules_words_and_mails_come_along_as_they_stand_now(source: Edition, target: Edition) -> None:
    author, organiser = factories.user(), factories.user()
    kind = factories.kind()
    mayor = factories.category(source, slug="mayor")
    BookingLimit.objects.create(edition=source, kind=kind, most=2)
    BookingRules.objects.create(edition=source, offer_hours=6)
    RetentionRule.objects.create(edition=source, what="press", days=30)
    for version in (1, 2):
        ConsentText.objects.create(
            edition=source, purpose="notice", version=version, text_en=f"Words {version}", is_required=True
        )
    written = {"edition": source, "body_en": "Dear {given_name}", "written_by": author}
    Message.objects.create(subject_en="All", sent_at=factories.NINE, sent_count=9, **written)
    Message.objects.create(subject_en="Mayors", audience="category", category=mayor, **written)
    Message.objects.create(
        subject_en="Seats", audience="session", session=factories.session(source), **written
    )

    copy_setup(source=source, target=target, by=organiser)

    assert rows(BookingLimit, target, "kind", "most") == [(kind.pk, 2)]
    assert rows(BookingRules, target, "offer_hours") == [(6,)]
    assert rows(RetentionRule, target, "what", "days") == [("press", 30)]
    assert rows(ConsentText, target, "purpose", "version", "text_en", "is_required") == [
        ("notice", 1, "Words 2", True)
    ]
    copied = Category.objects.get(edition=target).pk
    assert rows(Message, target, "subject_en", "category", "written_by", "sent_at", "sent_count") == [
        ("All", None, organiser.pk, None, 0),
        ("Mayors", copied, organiser.pk, None, 0),
    ]


def test_what_was_set_up_already_is_not_mixed_with_another(source: Edition, target: Edition) -> None:
    factories.category(source, slug="mayor")
    factories.category(target, slug="own")

    with pytest.raises(SetUpAlready):
        copy_setup(source=source, target=target)

    assert rows(Category, target, "slug") == [("own",)]


def test_without_days_nothing_can_be_moved(source: Edition) -> None:
    later = Edition(timezone="Europe/Brussels")

    assert moved(factories.NINE, source, later) is None
    assert moved(None, source, source) is None
    assert moved(factories.NINE, source, source) == factories.NINE


@pytest.mark.parametrize("year", [1900, 2199, 9999])
def test_a_moment_that_no_conference_can_have_stays_empty(source: Edition, year: int) -> None:
    far = Edition(starts_on=date(year, 1, 2), timezone="Pacific/Apia")
    moments = [datetime(each, 5, 1, tzinfo=UTC) for each in (2025, 2031, 2040)]
    assert None in [moved(moment, source, far) for moment in moments]


def test_a_window_that_ends_beyond_all_years_does_not_keep_the_rest_from_being_copied(
    source: Edition, target: Edition
) -> None:
    factories.category(source, slug="mayor", closes_at=datetime(2199, 6, 1, tzinfo=UTC))
    copy_setup(source=source, target=target)
    assert rows(Category, target, "slug", "closes_at") == [("mayor", None)]
