"""What an edition leaves, as organisers keep it: documents, videos with captions, photos."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from archive.actions.documents import delete_document, save_document
from archive.actions.videos import delete_captions, delete_video
from archive.admin.of_editions import OfAnEdition
from archive.forms import CaptionsForm, DocumentForm, VideoForm, VideoLineForm
from archive.models import Captions, Document, Photo, Video
from archive.views.files import document_response
from efus_conference.admin_base import (
    OrganisersTabularInline,
    TranslatedStackedInline,
    in_languages,
)
from efus_conference.languages import in_every_language


class DocumentInline(TranslatedStackedInline):
    """Told of here, added and changed on a page of its own: its file is looked into."""

    model = Document
    fields = ["kind", "language", "is_published", "order"]
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PhotoInline(OrganisersTabularInline):
    model = Photo
    fields = ["picture", "order"]
    autocomplete_fields = ["picture"]
    show_change_link = False
    tab = True


class VideoInline(TranslatedStackedInline):
    """Without files, which have a page of their own."""

    model = Video
    form = VideoLineForm
    fields = [
        *("speaker", "address", "language", "seconds", "still", "order"),
        *(f"{name}_{code}" for name in ("title", "function") for code, _name in settings.LANGUAGES),
    ]
    autocomplete_fields = ["speaker", "still"]
    tab = True


class CaptionsInline(OrganisersTabularInline):
    model = Captions
    form = CaptionsForm
    fields = ["language", "file"]
    show_change_link = False
    tab = True


class DeletesFiles:
    """Mixed in first: what is deleted in a line of the page goes with its file."""

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            row.save()
        for row in formset.deleted_objects:
            if isinstance(row, Video):
                delete_video(video=row)
            elif isinstance(row, Captions):
                delete_captions(captions=row)
            else:
                row.delete()
        formset.save_m2m()


@admin.register(Video)
class VideoAdmin(DeletesFiles, OfAnEdition):
    form = VideoForm
    list_display = ["title", "speaker", "edition", "where"]
    list_select_related = ["edition", "speaker"]
    search_fields = [*in_every_language("title", ending="__unaccent"), "speaker__name__unaccent"]
    autocomplete_fields = ["edition", "speaker", "still"]
    inlines = [CaptionsInline]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("edition", "speaker", "address", "file", "still", "language", "seconds", "order"),
                ],
                "description": _(
                    "An address opens the video at its site, and the page names that site before. A file is played "
                    "here, with the captions of the second tab. Without either, the page says that it was given."
                ),
            },
        ),
        *in_languages("title", "function", "transcript"),
    ]

    @display(description=_("where it is"), label={"here": "success", "elsewhere": "info"})
    def where(self, video: Video) -> tuple[str, str] | str:
        if video.file:
            return "here", str(_("kept here"))
        return ("elsewhere", str(_("elsewhere"))) if video.address else "–"

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        assert isinstance(obj, Video)
        delete_video(video=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for video in queryset:
            delete_video(video=video)


@admin.register(Document)
class DocumentAdmin(OfAnEdition):
    form = DocumentForm
    list_display = ["title", "kind", "edition", "language", "pages", "is_published", "stored_file"]
    list_filter = ["edition", "kind", "is_published"]
    search_fields = [*in_every_language("title", ending="__unaccent")]
    readonly_fields = ["stored_file", "pages", "sha256", "added_at"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("edition", "kind", "language", "file", "stored_file", "is_published", "order"),
                    *("pages", "sha256", "added_at"),
                ],
            },
        ),
        *in_languages("title"),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is known of a file once it is there is not asked about before."""
        if obj is not None:
            return super().get_fieldsets(request, obj)
        return [
            (
                name,
                {**options, "fields": [one for one in options["fields"] if one not in self.readonly_fields]},
            )
            for name, options in super().get_fieldsets(request, obj)
        ]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/file/", wrap(self.open_file), name="archive_document_file"),
            *super().get_urls(),
        ]

    def open_file(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The file for organisers, published or not."""
        found = Document.objects.filter(pk=pk).first() if pk < 2**63 else None
        if found is None:
            raise Http404
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        response = document_response(request, found)
        add_never_cache_headers(response)
        return response

    @display(description=_("open the file"))
    def stored_file(self, document: Document) -> str:
        if not document.pk or not document.file:
            return "–"
        return format_html('<a href="{}">PDF</a>', reverse("admin:archive_document_file", args=[document.pk]))

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        assert isinstance(obj, Document)
        save_document(document=obj, pdf=form.pdf)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        assert isinstance(obj, Document)
        delete_document(document=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for document in queryset:
            delete_document(document=document)
