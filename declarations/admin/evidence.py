from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from declarations.findings import in_words
from declarations.models import Evidence
from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@admin.register(Evidence)
class EvidenceAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["name", "signature", "kind", "content_type", "size", "uploaded_at"]
    list_filter = ["kind", "signature__signatory__declaration"]
    search_fields = ["name", "sha256", "signature__signatory__organisation__name_en__unaccent"]
    list_select_related = ["signature__signatory__organisation"]
    fields = ["signature", "kind", "name", "content_type", "size", "sha256", "uploaded_at", "file_itself"]
    readonly_fields = ["file_itself"]

    @admin.display(description=_("file"))
    def file_itself(self, obj: Evidence) -> SafeString:
        shown = {"file": obj, "digital_signatures": in_words(obj.findings)}
        return render_to_string("admin/declarations/evidence_file.html", shown)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/download/", wrap(self.download), name="declarations_evidence_download"),
            path("<int:pk>/preview/", wrap(self.preview), name="declarations_evidence_preview"),
            *super().get_urls(),
        ]

    def download(self, request: HttpRequest, pk: int) -> FileResponse:
        """The exact bytes, for the disk and never for the browser's window."""
        evidence = self._for(request, pk)
        if not evidence.file:  # forgotten long after its signature ended
            raise Http404
        ending = ENDINGS.get(evidence.content_type, "bin")
        return self._response(
            evidence.file,
            content_type="application/octet-stream",
            as_attachment=True,
            filename=f"evidence-{evidence.pk}.{ending}",
        )

    def preview(self, request: HttpRequest, pk: int) -> FileResponse:
        """A picture this site made itself of the first page."""
        evidence = self._for(request, pk)
        if not evidence.preview:
            raise Http404
        return self._response(evidence.preview, content_type="image/png")

    def _for(self, request: HttpRequest, pk: int) -> Evidence:
        evidence: Evidence = get_object_or_404(Evidence, pk=pk)
        if not self.has_view_permission(request, evidence):
            raise PermissionDenied
        return evidence

    @staticmethod
    def _response(file: Any, **options: Any) -> FileResponse:
        try:
            response = FileResponse(file.open("rb"), **options)
        except FileNotFoundError as error:
            raise Http404 from error
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response
