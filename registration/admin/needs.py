"""Access needs, who answers for each, and what was replied: for those who may read them, and nobody else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from efus_conference.admin_base import number
from efus_conference.models import User
from efus_conference.sorting import sort_key
from efus_conference.writing import only_line_breaks
from registration.actions import read_needs, reply_to_needs, take_on_needs
from registration.actions.needs import READ_NEEDS, may_answer_for_needs
from registration.admin.base import EditionFilter, RefusingAdmin
from registration.models import AccessNeed, Answer, Question, Registration
from registration.models.answers import has_access_need
from registration.question_fields import in_words
from registration.requests import reader


class ReplyFilter(admin.SimpleListFilter):
    title = _("reply")
    parameter_name = "reply"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("none", _("without a reply")),
            ("mine", _("without a reply, mine to answer")),
            ("nobody", _("nobody answers for it")),
            ("given", _("replied")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        open_ones = Q(need_reply=None) | Q(need_reply__reply="")
        match self.value():
            case "none":
                return queryset.filter(open_ones)
            case "mine":
                return queryset.filter(open_ones, need_reply__responsible=request.user)
            case "nobody":
                return queryset.filter(need_reply__responsible=None)
            case "given":
                return queryset.exclude(open_ones)
        return queryset


class ReplyForm(forms.ModelForm):
    responsible = forms.ModelChoiceField(
        label=_("Answers for it"),
        queryset=User.objects.none(),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    reply = forms.CharField(
        label=_("Reply"),
        required=False,
        max_length=2000,
        validators=[only_line_breaks],
        widget=UnfoldAdminTextareaWidget,
        help_text=_(
            "The person reads it on the page of their registration; an e-mail tells them that it is there. "
            "When they change their needs, the reply goes and the question is open again."
        ),
    )

    class Meta:
        model = AccessNeed
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        responsible = self.fields["responsible"]
        assert isinstance(responsible, forms.ModelChoiceField)
        responsible.queryset = may_answer_for_needs()
        row = getattr(self.instance, "need_reply", None)
        if row is not None:
            self.initial.update(responsible=row.responsible_id, reply=row.reply)


@admin.register(AccessNeed)
class AccessNeedAdmin(RefusingAdmin):
    """The list tells who needs a reply, never what they need; that is read on the page, and noted."""

    form = ReplyForm
    view_on_site = False  # that page is the person's alone
    list_display = [
        "shown_name",
        "shown_organisation",
        "category",
        "responsible",
        "shown_reply",
        "changed_at",
    ]
    list_filter = [ReplyFilter, EditionFilter]
    list_select_related = ["category", "organisation", "need_reply__responsible"]
    search_fields = ["given_name__unaccent", "family_name__unaccent", "organisation_name__unaccent"]
    fields = ["shown_name", "shown_organisation", "shown_needs", "responsible", "reply"]
    readonly_fields = ["shown_name", "shown_organisation", "shown_needs"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return list(self.fields or [])

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessNeed]:
        rows: QuerySet[AccessNeed] = super().get_queryset(request)
        live = Registration.objects.live().filter(has_access_need()).values("pk")
        return rows.filter(pk__in=live).defer("needs")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [sort_key("family_name"), sort_key("given_name"), "pk"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(READ_NEEDS))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(READ_NEEDS))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(READ_NEEDS))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        person = self.get_queryset(request).filter(pk=number(object_id)).first()
        # Noted each time the page is opened, not again when it is sent.
        if person is not None and request.method == "GET" and self.has_view_permission(request):
            read_needs(registration=person, by=reader(request))
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by = reader(request)
        if "responsible" in form.changed_data:
            take_on_needs(registration=obj, responsible=form.cleaned_data["responsible"], by=by)
        if "reply" in form.changed_data:
            reply_to_needs(registration=obj, reply=form.cleaned_data["reply"], by=by)

    @display(description=_("name"), ordering=sort_key("family_name"))
    def shown_name(self, person: Registration) -> str:
        return person.name

    @display(description=_("organisation"), ordering=sort_key("organisation_name"))
    def shown_organisation(self, person: Registration) -> str:
        return person.shown_organisation

    @display(description=_("access needs"))
    def shown_needs(self, person: Registration) -> str:
        """Their own words, and what they answered to questions about access."""
        answers = (
            Answer.objects.filter(registration=person.pk, question__privacy=Question.Privacy.ACCESS)
            .select_related("question")
            .prefetch_related("question__choices")
            .order_by("question__order", "question_id")
        )
        told = [f"{answer.question.text} {in_words(answer.question, answer.value)}" for answer in answers]
        return "\n".join([*([person.needs] if person.needs else []), *told])

    @display(description=_("answers for it"))
    def responsible(self, person: Any) -> str:
        row = getattr(person, "need_reply", None)
        return str(row.responsible) if row is not None and row.responsible else "–"

    @display(description=_("reply"), label={"open": "warning", "given": "success"})
    def shown_reply(self, person: Any) -> tuple[str, str]:
        row = getattr(person, "need_reply", None)
        if row is not None and row.reply:
            return "given", gettext("replied")
        return "open", gettext("without a reply")
