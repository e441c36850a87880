"""Uploaded pictures as the admin's forms show them: to organisers alone. Public pages have addresses of their own."""

from __future__ import annotations

from django.contrib import admin
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def media(request: HttpRequest, name: str) -> FileResponse:
    if not admin.site.has_permission(request):
        raise Http404
    try:
        return FileResponse(default_storage.open(name))
    except (FileNotFoundError, IsADirectoryError):
        raise Http404 from None
