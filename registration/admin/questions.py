"""Questions of an edition, made without code; and the answers to them, by right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from efus_conference.admin_base import TranslatedAdmin, TranslatedTabularInline, in_languages, number
from efus_conference.languages import in_every_language
from registration.actions import copy_question
from registration.admin.answer_pages import answer_file_page, answers_page, press_card_page
from registration.admin.base import EditionFilter, RefusingAdmin
from registration.models import Answer, Question, QuestionChoice
from registration.requests import reader

# What the database keeps as it was once somebody answered.
FROZEN = ("edition", "kind", "privacy", *in_every_language("text"))


class QuestionForm(forms.ModelForm):
    class Meta:
        model = Question
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets choose

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        edition_id = edition.pk if (edition := answers.get("edition")) else self.instance.edition_id
        categories = answers.get("categories") or []
        if any(category.edition_id != edition_id for category in categories):
            self.add_error("categories", _("Choose categories of the question’s edition only."))
        session = answers.get("session")
        if session is not None and session.edition_id != edition_id:
            self.add_error("session", _("This session belongs to another edition."))
        kept_days, promised = answers.get("kept_days"), self.initial.get("kept_days")
        is_longer = kept_days is not None and promised is not None and kept_days > promised
        if is_longer and self.instance.answers.exists():
            self.add_error(
                "kept_days", _("It was answered with the promise of fewer days. It can only get shorter.")
            )
        return answers


class ChoicesFormSet(forms.BaseInlineFormSet):
    """Two answers at least to choose from, and none that was chosen is worded otherwise."""

    @cached_property
    def chosen(self) -> set[str]:
        if not self.instance.pk:
            return set()
        return set(Answer.objects.filter(question=self.instance).values_list("value", flat=True))

    def add_fields(self, form: Any, index: int | None) -> None:
        """What was chosen can be read and put in order; `clean` refuses what is sent all the same."""
        super().add_fields(form, index)
        if form.initial.get("slug") not in self.chosen:
            return
        for name, field in form.fields.items():
            if name == "DELETE":
                field.widget.attrs["disabled"] = True
            elif name != "order" and not field.widget.is_hidden:
                field.widget.attrs["readonly"] = True

    def clean(self) -> None:
        super().clean()
        question, chosen = self.instance, self.chosen
        left = 0
        for form in self.forms:
            goes = self.can_delete and form.cleaned_data.get("DELETE")
            left += bool(form.cleaned_data.get("slug")) and not goes
            if (form.initial.get("slug") in chosen) and (goes or set(form.changed_data) - {"order"}):
                raise ValidationError(
                    _(
                        "“%(choice)s” was chosen by someone, so it stays as it is. Add another choice instead."
                    ),
                    # As it was chosen, not as it was typed just now.
                    params={"choice": QuestionChoice.objects.get(pk=form.instance.pk)},
                )
        if question.kind == Question.Kind.CHOICE and left < 2:
            raise ValidationError(_("Give at least two answers to choose from."))


class ChoiceInline(TranslatedTabularInline):
    model = QuestionChoice
    formset = ChoicesFormSet
    show_change_link = False
    fields = ["slug", *in_every_language("text"), "order"]


@admin.register(Question)
class QuestionAdmin(RefusingAdmin, TranslatedAdmin):
    form = QuestionForm
    inlines = [ChoiceInline]
    list_display = ["text", "edition", "kind", "privacy", "is_required", "is_asked", "condition", "answers_n"]
    list_filter = [EditionFilter, "kind", "privacy", "is_asked"]
    list_select_related = ["edition", "depends_on", "session"]
    search_fields = [*in_every_language("text", ending="__unaccent"), "slug"]
    autocomplete_fields = ["categories", "depends_on", "session"]
    prepopulated_fields = {"slug": ["text_en"]}
    change_form_before_template = "admin/registration/question_frozen.html"
    actions_detail = ["open_copy"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "edition",
                    "slug",
                    ("kind", "privacy"),
                    "kept_days",
                    ("is_required", "is_asked"),
                    "order",
                ]
            },
        ),
        (_("Asked only"), {"fields": ["categories", ("depends_on", "depends_value"), "session"]}),
        *in_languages("text", "hint"),
    ]

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
            return self.admin_site.admin_view(lambda request, **parts: view(request, self, **parts))

        return [
            path("<int:pk>/as-new/", page(copy_page), name="registration_question_copy"),
            path("answers/<int:pk>/", page(answers_page), name="registration_answers_of"),
            path("answers/files/<int:pk>/", page(answer_file_page), name="registration_answer_file"),
            path("answers/<int:pk>/press-card/", page(press_card_page), name="registration_press_card"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        rows: QuerySet[Question] = super().get_queryset(request)
        return rows.annotate(
            answered=Count("answers"), is_answered=Exists(Answer.objects.filter(question=OuterRef("pk")))
        ).prefetch_related("edition__hosting__organisation")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return list(FROZEN) if obj is not None and obj.is_answered else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj is not None else super().get_prepopulated_fields(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and getattr(obj, "is_answered", True):
            return False
        return bool(super().has_delete_permission(request, obj))

    @action(
        description=_("Copy as a new question"), url_path="to-copy", icon="content_copy", permissions=["copy"]
    )
    def open_copy(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:registration_question_copy", pk=number(object_id))

    def has_copy_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_add_permission(request)

    @display(description=_("asked only"))
    def condition(self, question: Question) -> str:
        parts = []
        if question.depends_on is not None:
            parts.append(
                gettext("after “%(question)s”: %(answer)s")
                % {"question": question.depends_on, "answer": question.depends_value or gettext("anything")}
            )
        if question.session is not None:
            parts.append(gettext("with a seat in “%(session)s”") % {"session": question.session})
        return "; ".join(parts) or "–"

    @display(description=_("answers"), ordering="answered")
    def answers_n(self, question: Any) -> int:
        return int(question.answered)


def copy_page(request: HttpRequest, admin: QuestionAdmin, pk: int) -> HttpResponse:
    """Asks first, then leads to the copy, which nobody is asked until it is ready."""
    if not admin.has_add_permission(request):
        raise PermissionDenied
    question: Question = get_object_or_404(Question.objects.select_related("edition"), pk=pk)
    if request.method == "POST":
        made = copy_question(question=question, by=reader(request))
        messages.success(
            request,
            gettext(
                "This is the copy, and nobody is asked it yet. Reword it, tick “asked” here, and untick it at the "
                "question it replaces."
            ),
        )
        return redirect("admin:registration_question_change", made.pk)
    context = {
        **admin.admin_site.each_context(request),
        "title": gettext("Copy as a new question"),
        "opts": admin.opts,
        "question": question,
    }
    return render(request, "admin/registration/question_copy.html", context)
