"""The organisers' pages about the ground: accounts, groups, organisations, projects, mails and jobs."""

from __future__ import annotations

from typing import Any

# Imported first, so that what they register can be taken back: an account's page shows it all.
import allauth.account.admin
import allauth.mfa.admin  # noqa: F401
import procrastinate.contrib.django.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelect2MultipleWidget

from efus_conference.accounts import vouch_for_address
from efus_conference.admin_base import (
    OrganisersAdmin,
    OrganisersTabularInline,
    ReadOnlyAdmin,
    TranslatedAdmin,
    in_languages,
)
from efus_conference.admin_erasures import LeadsToErasure
from efus_conference.admin_merges import LeadsToMerging
from efus_conference.admin_sheets import SpreadsheetAdmin
from efus_conference.exports import SafeResource
from efus_conference.forms import AccountForm, NewAccountForm
from efus_conference.languages import in_every_language
from efus_conference.models import Mail, Organisation, Project, User
from efus_conference.models.mails import KINDS
from efus_conference.sorting import sort_key, translated_sort_key

for _model in (EmailAddress, Authenticator, Group, ProcrastinateJob):
    admin.site.unregister(_model)


class EmailAddressInline(ReadOnlyAdmin, OrganisersTabularInline):
    model = EmailAddress
    fields = ["email", "verified", "primary"]
    verbose_name_plural = _("e-mail addresses")
    show_change_link = False


class SecondFactorInline(ReadOnlyAdmin, OrganisersTabularInline):
    """Removing one is for administrators: it is what they do for someone who lost a telephone."""

    model = Authenticator
    fields = readonly_fields = ["type", "created_at", "last_used_at"]
    verbose_name = _("second factor")
    verbose_name_plural = _("second factors")
    show_change_link = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


@admin.register(User)
class UserAdmin(LeadsToErasure, DjangoUserAdmin, OrganisersAdmin):
    """Accounts. Adding one sends nothing: its person logs in with a code sent to the address."""

    form = AccountForm
    add_form = NewAccountForm
    change_password_form = AdminPasswordChangeForm
    inlines = [EmailAddressInline, SecondFactorInline]
    list_display = ["email", "name", "organisation", "is_staff", "second_factor", "is_active", "last_login"]
    list_select_related = ["organisation"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups", "language"]
    search_fields = ["email", "name__unaccent", "organisation__name_en__unaccent"]
    ordering = ["email"]
    autocomplete_fields = ["organisation"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "language", "organisation", "is_active"]}),
        (
            _("Rights"),
            {
                "fields": ["is_staff", "groups", "is_superuser"],
                "description": _(
                    "An organiser enters the admin with a second factor and sees what the groups allow; "
                    "an administrator may do everything."
                ),
            },
        ),
        (_("Dates"), {"fields": ["date_joined", "last_login"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": ["email", "name", "language", "organisation"],
                "description": _("Nothing is sent. The person logs in with a code sent to this address."),
            },
        )
    ]

    actions_detail = ["open_erasure"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(
            type=Authenticator.Type.RECOVERY_CODES
        )
        accounts: QuerySet[User] = super().get_queryset(request)
        return accounts.annotate(has_factor=Exists(factors))

    @display(description=_("second factor"), boolean=True)
    def second_factor(self, account: User) -> bool:
        return bool(account.has_factor)  # type: ignore[attr-defined]

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        return self.inlines if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Only an administrator gives rights; otherwise everyone who edits accounts could take them all."""
        fields = list(super().get_readonly_fields(request, obj))
        if not request.user.is_superuser:
            fields += ["is_staff", "groups", "is_superuser"]
        return fields

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """An organiser's account (its address is a way in) is changed by administrators."""
        if obj and (obj.is_staff or obj.is_superuser) and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj and (obj.is_staff or obj.is_superuser) and not request.user.is_superuser:
            return False
        if obj and obj.erased_at is not None:
            return False  # the number that is left counts those who were there
        return bool(super().has_delete_permission(request, obj))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Whatever stands against a deletion, the page that says so offers what can be done instead."""
        deleted, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        if protected:
            messages.info(
                request,
                gettext(
                    "An account that something else rests on is kept. Take the mark “active” from it "
                    "instead: nobody can log in with it any more."
                ),
            )
        return deleted, counts, perms_needed, protected

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change or "email" in form.changed_data:
            vouch_for_address(user=obj)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, OrganisersAdmin):
    filter_horizontal = []

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any
    ) -> Any:
        """A list to search in: there are hundreds of permissions."""
        kwargs["widget"] = UnfoldAdminSelect2MultipleWidget()
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class OrganisationResource(SafeResource):
    class Meta(SafeResource.Meta):
        abstract = False
        model = Organisation
        import_id_fields = ["slug"]
        fields = [
            "slug",
            "kind",
            *in_every_language("name", "full_name"),
            "endonym",
            "endonym_language",
            "other_names",
            "country",
            "latitude",
            "longitude",
            "wikidata",
            "website",
            "is_efus_member",
        ]
        export_order = fields


@admin.register(Organisation)
class OrganisationAdmin(LeadsToMerging, SpreadsheetAdmin, TranslatedAdmin):
    resource_classes = [OrganisationResource]
    actions_list = ["open_alike"]
    actions_detail = ["open_merge"]
    list_display = ["shown_name", "kind", "shown_country", "is_efus_member", "is_demonstration"]
    list_filter = ["kind", "is_efus_member", "is_organiser", "is_demonstration", "country"]
    search_fields = [
        *in_every_language("name", "full_name", ending="__unaccent"),
        "endonym__unaccent",
        "slug",
    ]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (None, {"fields": ["kind", "slug", "country", "is_efus_member", "website"]}),
        *in_languages("name", "full_name"),
        (
            _("Other names"),
            {"fields": ["endonym", "endonym_language", "other_names"], "classes": ["tab"]},
        ),
        (
            _("Place and marks"),
            {
                "fields": ["latitude", "longitude", "wikidata", "is_organiser", "is_demonstration"],
                "classes": ["tab"],
            },
        ),
    ]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [translated_sort_key("name").asc(), "pk"]

    @display(description=_("name"), ordering=sort_key("name_en"))
    def shown_name(self, organisation: Organisation) -> str:
        return organisation.name

    @display(description=_("country"), ordering="country")
    def shown_country(self, organisation: Organisation) -> str:
        return organisation.country_name

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Organisation], search_term: str
    ) -> tuple[QuerySet[Organisation], bool]:
        """By any of its names: the other spellings too, which stand in an array."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if not search_term:
            return found, may_repeat
        joined = Func(F("other_names"), Value(" "), function="array_to_string", output_field=TextField())
        spelled = queryset.annotate(spellings=joined)
        for word in search_term.split():
            spelled = spelled.filter(spellings__unaccent__icontains=word)
        either = Q(pk__in=found.order_by().values("pk")) | Q(pk__in=spelled.order_by().values("pk"))
        return queryset.filter(either), False


@admin.register(Project)
class ProjectAdmin(TranslatedAdmin):
    list_display = ["acronym", "name", "funded_by", "led_by", "years"]
    list_select_related = ["led_by"]
    search_fields = ["acronym", *in_every_language("name", ending="__unaccent")]
    autocomplete_fields = ["led_by", "partners"]
    prepopulated_fields = {"slug": ["acronym"]}
    fieldsets = [
        (None, {"fields": ["acronym", "slug", "grant", "years", "led_by", "partners", "emblem"]}),
        *in_languages("name", "funded_by", "description", "disclaimer"),
    ]


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((kind, str(name)) for kind, name in KINDS.items()), key=lambda one: one[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() in KINDS else queryset


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Copies of what was sent, their links masked."""

    list_display = ["subject", "to", "shown_kind", "language", "sent_at", "bounce"]
    list_filter = ["bounce", ("handled_at", admin.EmptyFieldListFilter), KindFilter, "language", "sent_at"]
    search_fields = ["to", "subject__unaccent"]
    fields = ["subject", "to", "user", "concerns", "shown_kind", "language", "sent_at", "shown_text"]
    readonly_fields = ["concerns", "shown_kind", "shown_text"]
    actions = ["mark_handled"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mail]:
        return Mail.objects.readable_by(request.user)

    def get_fields(self, request: HttpRequest, obj: Mail | None = None) -> list[str]:
        reported = ["bounce", "bounced_at", "bounce_status", "bounce_diagnostic", "handled_at"]
        return [*self.fields, *(reported if obj and obj.bounce else [])]

    def has_handle_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    @action(description=_("Mark the addresses as handled"), permissions=["handle"])
    def mark_handled(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        """With a mail all others that failed to the same address: it is the address that was wrong."""
        failed = Mail.objects.filter(bounce=Mail.Bounce.FAILED, handled_at=None)
        chosen = set(failed.filter(pk__in=queryset.values("pk")).values_list("to", flat=True))
        failed.filter(to__in=chosen).update(handled_at=timezone.now())
        count = len(chosen)
        done = ngettext(
            "%(count)d address is marked as handled.", "%(count)d addresses are marked as handled.", count
        )
        messages.success(request, done % {"count": count})

    @display(description=_("kind"), ordering="kind")
    def shown_kind(self, mail: Mail) -> str:
        return mail.kind_name

    @display(description=_("text"))
    def shown_text(self, mail: Mail) -> SafeString:
        return linebreaksbr(mail.text)

    @display(description=_("concerns"))
    def concerns(self, mail: Mail) -> SafeString | str:
        registration_id = mail.subject_ids.get("registration_id")
        if registration_id is None:
            return "–"
        # By its name alone: the page is of an app above this one.
        address = reverse("admin:registration_registration_change", args=[registration_id])
        return format_html('<a class="underline" href="{}">{}</a>', address, gettext("The registration"))


@admin.register(ProcrastinateJob)
class JobAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """What the worker does, did and could not do; a failed job stays here to be looked at."""

    list_display = ["id", "task_name", "status", "queue_name", "attempts", "scheduled_at"]
    list_filter = ["status", "queue_name", "task_name"]
    fields = ["task_name", "status", "queue_name", "args", "attempts", "scheduled_at"]
