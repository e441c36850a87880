from __future__ import annotations

import secrets
from pathlib import PurePath

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from efus_conference.languages import in_every_language
from efus_conference.models import Edition
from programme.models import Session
from registration.models.categories import Category

DEPENDS_IN_A_CIRCLE = _("That question depends on this one, so neither would ever be asked.")


def _texts(row: str) -> str:
    return ", ".join(f"{row}.{column}" for column in in_every_language("text"))


class Question(models.Model):
    """Something an edition asks its participants. What was answered once is not asked otherwise any more."""

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        CHOICE = "choice", _("one of several choices")
        YES_NO = "yes_no", _("yes or no")
        DATE = "date", _("date")
        FILE = "file", _("file")

    class Privacy(models.TextChoices):
        """Who may read the answers: see `readable_kinds`."""

        ORDINARY = "ordinary", _("ordinary")
        PERSONAL = "personal", _("personal")
        DIET = "diet", _("sensitive: diet")
        ACCESS = "access", _("sensitive: access needs")
        ASSISTANCE = "assistance", _("sensitive: assistance")
        IDENTITY = "identity", _("sensitive: identity")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="questions", verbose_name=_("edition"))
    slug = models.SlugField(_("short name"), max_length=40, help_text=_("The column in lists."))
    text = models.CharField(_("question"), max_length=250)
    hint = models.CharField(_("hint"), max_length=400, blank=True)
    kind = models.CharField(_("kind of answer"), max_length=10, choices=Kind)
    privacy = models.CharField(_("privacy"), max_length=12, choices=Privacy, default=Privacy.ORDINARY)
    kept_days = models.PositiveSmallIntegerField(
        _("kept for, in days"),
        default=365,
        help_text=_("After the last day of the edition; then the answers are deleted."),
    )
    is_required = models.BooleanField(_("must be answered"), default=False)
    categories = models.ManyToManyField(
        Category,
        blank=True,
        related_name="questions",
        verbose_name=_("only for"),
        help_text=_("Empty: for all categories."),
    )
    depends_on = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dependents",
        verbose_name=_("only if this question"),
    )
    depends_value = models.CharField(
        _("was answered with"),
        max_length=100,
        blank=True,
        help_text=_("The short name of a choice, “yes” or “no”; empty: with anything."),
    )
    session = models.ForeignKey(
        Session,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only with a seat in"),
        help_text=_("Then it is asked when the seat is booked."),
    )
    is_asked = models.BooleanField(
        _("asked"),
        default=True,
        help_text=_("Unticked, nobody is asked any more; the answers that were given stay."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "slug"], name="a_question_once_per_edition"),
            models.CheckConstraint(
                condition=Q(depends_on__isnull=False) | Q(depends_value=""),
                name="a_condition_needs_its_question",
                violation_error_message=_("Say which question the answer belongs to."),
            ),
            models.CheckConstraint(
                condition=Q(depends_on__isnull=True) | ~Q(depends_on=models.F("id")),
                name="no_question_depends_on_itself",
                violation_error_message=_("A question cannot depend on itself."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="answered_questions_are_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=f"""
                    IF EXISTS (SELECT 1 FROM registration_answer WHERE question_id = NEW.id) AND (
                        (NEW.kind, NEW.privacy, NEW.edition_id, {_texts("NEW")})
                            IS DISTINCT FROM
                        (OLD.kind, OLD.privacy, OLD.edition_id, {_texts("OLD")})
                        OR NEW.kept_days > OLD.kept_days
                    ) THEN
                        RAISE EXCEPTION 'a question that was answered is not asked otherwise'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'answered_questions_are_frozen';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - columns alone
            ),
            # The lock on the edition lets one change be seen by the next: two half circles would else meet.
            pgtrigger.Trigger(
                name="questions_depend_without_a_circle",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__depends_on__isnull=False),
                func="""
                    PERFORM 1 FROM efus_conference_edition WHERE id = NEW.edition_id FOR NO KEY UPDATE;
                    IF EXISTS (
                        WITH RECURSIVE above(id, depends_on_id) AS (
                            SELECT id, depends_on_id FROM registration_question WHERE id = NEW.depends_on_id
                            UNION
                            SELECT q.id, q.depends_on_id FROM registration_question q
                            JOIN above ON q.id = above.depends_on_id
                        )
                        SELECT 1 FROM above WHERE id = NEW.id
                    ) THEN
                        RAISE EXCEPTION 'questions that wait for each other are never asked'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'questions_depend_without_a_circle';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        super().clean()
        if self.depends_on_id is None or self.edition_id is None:
            return
        trigger = self.depends_on
        assert trigger is not None
        if trigger.edition_id != self.edition_id:
            raise ValidationError({"depends_on": _("This question belongs to another edition.")})
        if trigger.session_id is not None and trigger.session_id != self.session_id:
            raise ValidationError(
                {
                    "session": _(
                        "The question it depends on is asked with a seat in a session; choose the same session."
                    )
                }
            )
        self._check_circle(trigger)
        self._check_value(trigger)

    def _check_circle(self, trigger: Question) -> None:
        above = dict(Question.objects.filter(edition=self.edition_id).values_list("pk", "depends_on_id"))
        seen: set[int] = set()
        following: int | None = trigger.pk
        while following is not None and following not in seen:
            if following == self.pk:
                raise ValidationError({"depends_on": DEPENDS_IN_A_CIRCLE})
            seen.add(following)
            following = above.get(following)

    def _check_value(self, trigger: Question) -> None:
        if not self.depends_value:
            return
        known: set[str] = set()
        if trigger.kind == self.Kind.YES_NO:
            known = {"yes", "no"}
        elif trigger.kind == self.Kind.CHOICE:
            known = set(trigger.choices.values_list("slug", flat=True))
        if not known:
            raise ValidationError(
                {
                    "depends_value": _(
                        "That question has no answers to choose from. Leave this empty: then any answer counts."
                    )
                }
            )
        if self.depends_value not in known:
            raise ValidationError(
                {
                    "depends_value": ValidationError(
                        _("That question cannot be answered so. Write one of: %(known)s."),
                        params={"known": ", ".join(sorted(known))},
                    )
                }
            )


class QuestionChoice(models.Model):
    """One of the answers to choose from."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="choices", verbose_name=_("question"))
    slug = models.SlugField(_("short name"), max_length=40)
    text = models.CharField(_("answer"), max_length=150)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["question", "slug"], name="a_choice_once_per_question"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="chosen_answers_are_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=f"""
                    IF EXISTS (
                        SELECT 1 FROM registration_answer
                        WHERE question_id = OLD.question_id AND value = OLD.slug
                    ) AND (
                        TG_OP = 'DELETE' OR (NEW.slug, {_texts("NEW")}) IS DISTINCT FROM
                            (OLD.slug, {_texts("OLD")})
                    ) THEN
                        RAISE EXCEPTION 'an answer that was chosen is not worded otherwise'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'chosen_answers_are_frozen';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,  # noqa: S608 - columns alone
            ),
        ]

    def __str__(self) -> str:
        return self.text


def answer_path(row: models.Model, filename: str) -> str:
    return f"answers/{secrets.token_hex(16)}{PurePath(filename).suffix.lower()[:8]}"
