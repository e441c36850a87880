"""The words one agrees to, version by version, and who agreed to them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin, TranslatedAdmin, in_languages, number
from efus_conference.languages import in_every_language
from registration.actions.consents import keep_consent_text, take_back_consent
from registration.admin.base import EditionFilter, RefusingAdmin, for_each
from registration.models import Consent, ConsentText
from registration.requests import reader

TEXTS = in_every_language("text")


class ConsentEditionFilter(EditionFilter):
    path = "registration__edition"


@admin.register(ConsentText)
class ConsentTextAdmin(RefusingAdmin, TranslatedAdmin):
    """Words that somebody agreed to stand; a new version is written beside them."""

    list_display = ["edition", "purpose", "version", "asked", "required", "agreed", "made_at"]
    list_filter = [EditionFilter, "purpose"]
    list_select_related = ["edition"]
    fieldsets = [
        (None, {"fields": ["edition", "purpose", "version", "is_required", "order"]}),
        *in_languages("text"),
    ]
    readonly_fields = ["version"]
    actions_detail = ["new_version"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConsentText]:
        standing = Count("consents", filter=Q(consents__withdrawn_at=None))
        rows: QuerySet[ConsentText] = super().get_queryset(request)
        newer = ConsentText.objects.filter(
            edition=OuterRef("edition"), purpose=OuterRef("purpose"), version__gt=OuterRef("version")
        )
        rows = rows.annotate(agreed_count=standing, has_newer=Exists(newer))
        return rows.prefetch_related("edition__hosting__organisation")

    @display(description=_("asked"), label={"now": "success", "before": "info"})
    def asked(self, row: Any) -> tuple[str, str]:
        return ("before", gettext("before, not any more")) if row.has_newer else ("now", gettext("asked now"))

    @display(description=_("required"), ordering="is_required")
    def required(self, row: ConsentText) -> str:
        return gettext("required") if row.is_required else "–"

    @display(description=_("agree now"), ordering="agreed_count")
    def agreed(self, row: Any) -> int:
        return int(row.agreed_count)

    def get_readonly_fields(self, request: HttpRequest, obj: ConsentText | None = None) -> list[str]:
        if obj is None:
            return ["version"]
        fixed = ["version", "edition", "purpose"]
        return [*fixed, "is_required", *TEXTS] if obj.consents.exists() else fixed

    def has_delete_permission(self, request: HttpRequest, obj: ConsentText | None = None) -> bool:
        # The database refuses it too: who agreed would else have agreed to nothing.
        return super().has_delete_permission(request, obj) and (obj is None or not obj.consents.exists())

    def save_model(self, request: HttpRequest, obj: ConsentText, form: Any, change: bool) -> None:
        keep_consent_text(text=obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?of=` an older version: its words, to be written anew."""
        initial = super().get_changeform_initial_data(request)
        initial.pop("of", None)
        older = _older(request)
        if older is not None:
            names = ("edition", "purpose", "is_required", "order", *TEXTS)
            initial |= {
                name: older.edition_id if name == "edition" else getattr(older, name) for name in names
            }
        return initial

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        """A new version is of the same edition and purpose as the words it is made of."""
        form: Any = super().get_form(request, obj, *args, **kwargs)
        older = _older(request) if obj is None else None
        if older is not None:
            for name, value in (("edition", older.edition_id), ("purpose", older.purpose)):
                form.base_fields[name].disabled = True
                form.base_fields[name].initial = value
        return form

    def get_fieldsets(self, request: HttpRequest, obj: ConsentText | None = None) -> Any:
        """What does not exist yet has no version to show; what saving it does is said above."""
        if obj is not None:
            return self.fieldsets
        fields = ["edition", "purpose", "is_required", "order"]
        older = _older(request)
        said = _told_of_saving(older) if older else ""
        return [(None, {"fields": fields, "description": said}), *in_languages("text")]

    def has_new_version_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self.has_add_permission(request)

    @action(description=_("Write a new version"), permissions=["new_version"])
    def new_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To an empty form that holds these words; nothing is asked anew before it is saved."""
        return redirect(f"{reverse('admin:registration_consenttext_add')}?of={number(object_id)}")


def _older(request: HttpRequest) -> ConsentText | None:
    return ConsentText.objects.filter(pk=number(request.GET.get("of"))).first()


def _told_of_saving(older: ConsentText) -> str:
    same = ConsentText.objects.filter(edition=older.edition_id, purpose=older.purpose)
    last = same.order_by("-version").first() or older
    people = Consent.objects.standing().filter(text__in=same).values("registration").distinct().count()
    sentences = [
        gettext("This becomes version %(number)d.") % {"number": last.version + 1},
        gettext("Once it is saved, everyone is asked to agree anew."),
        ngettext(
            "%(count)d person agrees to earlier words; that stays noted.",
            "%(count)d people agree to earlier words; that stays noted.",
            people,
        )
        % {"count": people},
        gettext("Change the words in each language: those that you leave stay as they were."),
    ]
    return " ".join(sentences)


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Who agreed to what. Who takes it back by letter or telephone has it noted here."""

    list_display = ["registration", "purpose", "version", "language", "given_at", "withdrawn_at"]
    list_filter = [
        ConsentEditionFilter,
        "text__purpose",
        ("withdrawn_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["registration", "text"]
    search_fields = ["registration__family_name__unaccent", "registration__given_name__unaccent"]
    fields = ["registration", "text", "language", "given_at", "given_by", "withdrawn_at"]
    actions = ["take_back"]

    @display(description=_("purpose"), ordering="text__purpose")
    def purpose(self, row: Consent) -> str:
        return row.text.get_purpose_display()

    @display(description=_("version"), ordering="text__version")
    def version(self, row: Consent) -> int:
        return row.text.version

    def has_take_back_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("registration.change_registration")

    @action(description=_("Note that it was taken back"), permissions=["take_back"])
    def take_back(self, request: HttpRequest, queryset: QuerySet[Consent]) -> None:
        rows = list(queryset.filter(withdrawn_at=None).select_related("registration", "text"))
        done = for_each(
            request,
            rows,
            lambda row: take_back_consent(
                registration=row.registration, purpose=row.text.purpose, by=reader(request)
            ),
        )
        sentence = ngettext(
            "It is noted of %(count)d consent that it was taken back.",
            "It is noted of %(count)d consents that they were taken back.",
            done,
        )
        messages.success(request, sentence % {"count": done})
