from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from efus_conference.models import User
from efus_conference.private_files import private_storage
from registration.models.people import Registration
from registration.models.questions import Question, answer_path

# Each reading of an answer of these kinds is recorded, unless its own person reads it.
SENSITIVE = (
    Question.Privacy.DIET,
    Question.Privacy.ACCESS,
    Question.Privacy.ASSISTANCE,
    Question.Privacy.IDENTITY,
)

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
        """Those of the registrations that are `told_to` them, and of others what one's rights allow."""
        told = Q(registration__in=Registration.objects.told_to(user).order_by().values("pk"))
        return self.filter(told | Q(question__privacy__in=readable_kinds(user)))


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


class AccessNeed(Registration):
    """A registration as those see it who answer for access needs: they need no right on registrations."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("access need")
        verbose_name_plural = _("access needs")


def has_access_need() -> Q:
    """Registrations that tell of an access need: in the person's own words, or answering a question about access."""
    answered = Answer.objects.filter(registration=OuterRef("pk"), question__privacy=Question.Privacy.ACCESS)
    return ~Q(needs="") | Q(Exists(answered))


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
