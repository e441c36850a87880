"""The organisers' list of pages, and the draft of one with its blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from archive.actions.pages import draft_of, make_page
from archive.admin.page_publishing import preview_page, publishing_page
from archive.draft_rows import bound_again
from archive.models import Block, Page, PageVersion
from archive.page_forms import ANOTHER, BlockForm, BlocksFormSet, DraftForm, digest_of
from efus_conference.admin_base import (
    OrganisersAdmin,
    TranslatedAdmin,
    TranslatedStackedInline,
    in_languages,
    number,
)
from efus_conference.languages import in_every_language
from efus_conference.models import User


@admin.register(Page)
class PageAdmin(TranslatedAdmin):
    """What a page is called and where it stands. What it says is its draft, made public on a page of its own."""

    list_display = ["title", "kind", "shown_edition", "state", "is_in_menu", "order"]
    list_filter = [("edition", admin.RelatedOnlyFieldListFilter), "kind", "is_in_menu"]
    search_fields = ["slug", *in_every_language("title", ending="__unaccent")]
    autocomplete_fields = ["edition"]
    prepopulated_fields = {"slug": ("title_en",)}
    actions_detail = ["open_publishing"]
    fieldsets = [
        (None, {"fields": ["edition", "kind", "slug", "is_in_menu", "order"]}),
        *in_languages("title", "description"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Page]:
        pages: QuerySet[Page] = super().get_queryset(request)
        return pages.select_related("edition").prefetch_related("edition__hosting__organisation", "versions")

    def get_prepopulated_fields(self, request: HttpRequest, obj: Page | None = None) -> dict[str, Any]:
        # An address that is known stays when a title is mended.
        return {} if obj else dict(self.prepopulated_fields)

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(lambda request, **parts: view(request, self, **parts))

        return [
            path("<int:pk>/publishing/", page(publishing_page), name="archive_page_publishing"),
            path("<int:pk>/preview/", page(preview_page), name="archive_page_preview"),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: Page, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        assert isinstance(request.user, User)
        make_page(page=obj, by=request.user)

    def response_add(
        self, request: HttpRequest, obj: Page, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To its first draft: a page without a block says nothing."""
        draft = obj.versions.filter(publishes_at=None).first()
        if draft is None or "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        messages.success(
            request, _g("The page is made. Nobody sees it yet: add its blocks, and publish it then.")
        )
        return redirect("admin:archive_pageversion_change", draft.pk)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Its versions go with it; by themselves they stay."""
        gone, counts, lacking, protected = super().get_deleted_objects(objs, request)
        versions = str(PageVersion._meta.verbose_name)
        return gone, counts, {name for name in lacking if str(name) != versions}, protected

    def view_on_site(self, obj: Page) -> str | None:
        return obj.get_absolute_url() if Page.objects.public().filter(pk=obj.pk).exists() else None

    @action(
        description=_("Text, preview and publishing"),
        permissions=["view"],
        url_path="texts",
        icon="publish",
    )
    def open_publishing(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:archive_page_publishing", pk=number(object_id))

    @display(description=_("edition"), ordering="edition__number")
    def shown_edition(self, page: Page) -> str:
        return page.edition.name if page.edition else _g("the site itself")

    @display(description=_("stands at"), label={"public": "success", "scheduled": "info", "draft": "warning"})
    def state(self, page: Page) -> tuple[str, str]:
        states = [version.state() for version in page.versions.all()]
        if "public" in states:
            more = _("public, a draft waits") if "draft" in states else _("public")
            return "public", str(_("public, more is scheduled") if "scheduled" in states else more)
        return ("scheduled", str(_("scheduled"))) if "scheduled" in states else ("draft", str(_("draft")))


class BlockInline(TranslatedStackedInline):
    model = Block
    form = BlockForm
    formset = BlocksFormSet
    fields = [("kind", "order"), "title", "text", "picture", "link_label", "link"]
    autocomplete_fields = ["picture"]
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: PageVersion | None = None) -> bool:
        return is_draft(obj) and bool(super().has_add_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: PageVersion | None = None) -> bool:
        return is_draft(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: PageVersion | None = None) -> bool:
        return is_draft(obj) and bool(super().has_delete_permission(request, obj))


def is_draft(version: PageVersion | None) -> bool:
    return version is not None and version.publishes_at is None


@admin.register(PageVersion)
class PageVersionAdmin(OrganisersAdmin):
    """A draft is written here; what was public is only read. Versions are made where pages are published."""

    form = DraftForm
    inlines = [BlockInline]
    list_display = ["page", "number", "state_shown", "publishes_at", "made_by"]
    list_filter = [("page", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["page", "made_by"]
    ordering = ["-pk"]
    fieldsets = [(None, {"fields": ["page", "number", "publishes_at", "seen", "of_page"]})]
    readonly_fields = ["page", "number", "publishes_at"]
    actions_detail = ["open_publishing"]

    def get_fieldsets(self, request: HttpRequest, obj: PageVersion | None = None) -> Any:
        if is_draft(obj) and self.has_change_permission(request, obj):
            return [(None, {"fields": ["page", "number", "seen", "of_page"]})]
        return [(None, {"fields": ["page", "number", "publishes_at"]})]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What was typed into a draft that somebody published, discarded or changed meanwhile is shown again."""
        with transaction.atomic():
            if request.method == "POST" and "seen" in request.POST and self.has_change_permission(request):
                draft = self._draft_to_save(request, number(object_id))
                if draft is not None:
                    object_id = str(draft.pk)
                    form_url = reverse("admin:archive_pageversion_change", args=[draft.pk])
            response: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
            return response

    def _draft_to_save(self, request: HttpRequest, pk: int) -> PageVersion | None:
        """The page's draft as it is now, locked, with the form made to fit it; None where the page is gone."""
        assert isinstance(request.user, User)
        asked = PageVersion.objects.filter(pk=pk).first()
        page = asked.page_id if asked else number(request.POST.get("of_page"))
        # Whoever publishes or discards it now waits.
        locked = Page.objects.select_for_update(of=("self",), no_key=True).filter(pk=page).first()
        if locked is None:
            return None
        draft = draft_of(page=locked, by=request.user)
        is_another = draft.pk != pk
        if is_another or request.POST["seen"] != digest_of(draft):
            typed = bound_again(request.POST, draft, is_another=is_another)
            if is_another:
                typed["seen"] = ANOTHER
            request.POST = typed  # type: ignore[assignment]
        return draft

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PageVersion | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: PageVersion | None = None) -> bool:
        return (obj is None or is_draft(obj)) and bool(super().has_change_permission(request, obj))

    @display(description=_("stands at"), label={"public": "success", "scheduled": "info", "draft": "warning"})
    def state_shown(self, version: PageVersion) -> tuple[str, str]:
        state = version.state()
        return state, str({"public": _("public"), "scheduled": _("scheduled"), "draft": _("draft")}[state])

    @action(
        description=_("Preview and publishing"), permissions=["view"], url_path="publishing", icon="publish"
    )
    def open_publishing(self, request: HttpRequest, object_id: int) -> HttpResponse:
        version = PageVersion.objects.filter(pk=number(object_id)).first()
        if version is None:
            return redirect("admin:archive_page_changelist")
        return redirect("admin:archive_page_publishing", pk=version.page_id)

    def response_change(self, request: HttpRequest, obj: PageVersion) -> HttpResponse:
        if "_continue" in request.POST:
            return super().response_change(request, obj)
        messages.success(request, _g("The draft is saved. Nobody sees it until you publish it."))
        return redirect(reverse("admin:archive_page_publishing", args=[obj.page_id]))
