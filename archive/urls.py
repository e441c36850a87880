from __future__ import annotations

from django.urls import URLPattern, path

from archive.search.views import search
from archive.views import editions, organisations, pictures

pages: list[URLPattern] = [
    path("editions/", editions.editions, name="editions"),
    path("editions/<slug:slug>/", editions.edition, name="edition"),
    path("organisations/<slug:slug>/", organisations.organisation, name="organisation"),
    path("search/", search, name="search"),
]

# Addresses without a language.
machine: list[URLPattern] = [
    path("pictures/<slug:digest>-<int:width>.<slug:ending>", pictures.picture, name="picture"),
]
