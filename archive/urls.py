from __future__ import annotations

from django.urls import URLPattern, path

from archive import views
from archive.search.views import search

pages: list[URLPattern] = [
    path("editions/", views.editions, name="editions"),
    path("editions/<slug:slug>/", views.edition, name="edition"),
    path("organisations/<slug:slug>/", views.organisation, name="organisation"),
    path("search/", search, name="search"),
]
