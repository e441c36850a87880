from __future__ import annotations

import secrets
from pathlib import PurePath
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, User
from efus_conference.private_files import private_storage
from programme.models import Session
from registration.models.categories import Category
from registration.models.people import Registration


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
                func="""
                    IF EXISTS (SELECT 1 FROM registration_answer WHERE question_id = NEW.id) AND (
                        (NEW.kind, NEW.privacy, NEW.edition_id, NEW.text_en, NEW.text_fr, NEW.text_nl)
                            IS DISTINCT FROM
                        (OLD.kind, OLD.privacy, OLD.edition_id, OLD.text_en, OLD.text_fr, OLD.text_nl)
                        OR NEW.kept_days > OLD.kept_days
                    ) THEN
                        RAISE EXCEPTION 'a question that was answered is not asked otherwise'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'answered_questions_are_frozen';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.text


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
                func="""
                    IF EXISTS (
                        SELECT 1 FROM registration_answer
                        WHERE question_id = OLD.question_id AND value = OLD.slug
                    ) AND (
                        TG_OP = 'DELETE' OR (NEW.slug, NEW.text_en, NEW.text_fr, NEW.text_nl) IS DISTINCT FROM
                            (OLD.slug, OLD.text_en, OLD.text_fr, OLD.text_nl)
                    ) THEN
                        RAISE EXCEPTION 'an answer that was chosen is not worded otherwise'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'chosen_answers_are_frozen';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.text


# The right one needs for the answers of each kind; ordinary ones come with the registration itself.
READ_RIGHTS = {
    Question.Privacy.PERSONAL: "registration.read_personal",
    Question.Privacy.DIET: "registration.read_diet",
    Question.Privacy.ACCESS: "registration.read_needs",
    Question.Privacy.ASSISTANCE: "registration.read_assistance",
    Question.Privacy.IDENTITY: "registration.read_identity",
}


def readable_kinds(user: User) -> list[str]:
    """The kinds of answers an organiser may read of everyone, by their rights."""
    if not user.has_perm("registration.view_registration"):
        return []
    return [
        Question.Privacy.ORDINARY.value,
        *(kind.value for kind, right in READ_RIGHTS.items() if user.has_perm(right)),
    ]


class AnswerQuerySet(models.QuerySet["Answer"]):
    def readable_by(self, user: User) -> AnswerQuerySet:
        """Those of one's own registrations, and of others what one's rights allow.

        Who keeps a registration without being its person reads all of it only outside a delegation: a
        coordinator never reads what the people of theirs told of themselves.
        """
        own = Q(registration__managed_by=user) & (
            Q(registration__is_own=True) | Q(registration__place__delegation__isnull=True)
        )
        return self.filter(own | Q(question__privacy__in=readable_kinds(user)))


def answer_path(answer: Answer, filename: str) -> str:
    return f"answers/{secrets.token_hex(16)}{PurePath(filename).suffix.lower()[:8]}"


class Answer(models.Model):
    """What one person answered; read through `readable_by` only."""

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="answers", verbose_name=_("registration")
    )
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers", verbose_name=_("question"))
    # The text; the short name of the choice; "yes" or "no"; the date as ISO 8601; the file's own name.
    value = models.TextField(_("answer"), max_length=2000)
    file = models.FileField(
        _("file"), storage=private_storage, upload_to=answer_path, blank=True, max_length=120
    )
    answered_at = models.DateTimeField(_("answered"), auto_now=True)

    objects: ClassVar[AnswerQuerySet] = AnswerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        default_permissions = ()
        permissions = [
            ("read_personal", _("Can read the personal answers")),
            ("read_diet", _("Can read what people eat")),
            ("read_assistance", _("Can read who needs assistance")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["registration", "question"], name="one_answer_per_question"),
            models.CheckConstraint(condition=~Q(value=""), name="an_answer_says_something"),
        ]

    def __str__(self) -> str:
        # Deletions and error messages print it, so it tells nothing.
        return str(self._meta.verbose_name)


class NeedReply(models.Model):
    """Who answers for someone's access needs, and what they replied."""

    registration = models.OneToOneField(
        Registration, models.CASCADE, related_name="need_reply", verbose_name=_("registration")
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answers for it"),
    )
    reply = models.TextField(_("reply"), blank=True, max_length=2000)
    replied_at = models.DateTimeField(_("replied"), null=True, blank=True)

    class Meta:
        verbose_name = _("reply to access needs")
        verbose_name_plural = _("replies to access needs")
        constraints = [
            models.CheckConstraint(
                condition=Q(reply="", replied_at__isnull=True) | (~Q(reply="") & Q(replied_at__isnull=False)),
                name="a_reply_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class PressCard(models.Model):
    """What a journalist shows for the accreditation."""

    registration = models.OneToOneField(
        Registration, models.CASCADE, related_name="press_card", verbose_name=_("registration")
    )
    medium = models.CharField(_("medium"), max_length=200)
    number = models.CharField(_("number of the press card"), max_length=60, blank=True)
    card = models.FileField(
        _("press card"), storage=private_storage, upload_to=answer_path, blank=True, max_length=120
    )

    class Meta:
        verbose_name = _("press card")
        verbose_name_plural = _("press cards")
        permissions = [("accredit", _("Can accredit the press"))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(number="") | ~Q(card=""), name="a_press_card_has_a_number_or_a_picture"
            ),
        ]

    def __str__(self) -> str:
        return self.medium
