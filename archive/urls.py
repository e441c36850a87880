from __future__ import annotations

from django.urls import URLPattern, path

from archive.search.views import search
from archive.views import accessibility, countries, editions, files, news, organisations, pictures, press
from archive.views import pages as page_views

pages: list[URLPattern] = [
    path("editions/", editions.editions, name="editions"),
    path("editions/<slug:slug>/", editions.edition, name="edition"),
    path("countries/", countries.countries, name="countries"),
    path("countries/<slug:code>/", countries.country, name="country"),
    path("editions/<slug:edition_slug>/pages/<slug:slug>/", page_views.page, name="page"),
    path("pages/<slug:slug>/", page_views.site_page, name="site_page"),
    path("organisations/<slug:slug>/", organisations.organisation, name="organisation"),
    path("accessibility/", accessibility.accessibility, name="accessibility"),
    path("news/", news.news, name="news"),
    path("news/<slug:slug>/", news.news_item, name="news_item"),
    path("press/", press.press, name="press"),
    path("search/", search, name="search"),
]

# Addresses without a language.
machine: list[URLPattern] = [
    path("pictures/<slug:digest>-<int:width>.<slug:ending>", pictures.picture, name="picture"),
    path("feeds/news.atom", news.news_atom, name="news_atom"),
    path("documents/<int:pk>/cover.webp", files.document_cover, name="document_cover"),
    path("documents/<int:pk>/<str:filename>", files.document, name="document"),
    path("videos/<int:pk>.<slug:ending>", files.video, name="video"),
    path("captions/<int:pk>.vtt", files.captions, name="captions"),
]
