from __future__ import annotations

from django.urls import URLPattern, path

from programme import views

# Codes and slugs are matched loosely here, so that the view can send a mistyped one to the right place.
pages: list[URLPattern] = [
    path("editions/<str:slug>/programme/", views.timetable, name="timetable"),
    path("editions/<str:slug>/programme/changes/", views.changes, name="changes"),
    path("editions/<str:slug>/sessions/<str:code>/", views.session, name="session"),
    path("editions/<str:slug>/speakers/", views.speakers, name="speakers"),
    path("editions/<str:slug>/speakers/<str:speaker_slug>/", views.speaker, name="speaker"),
]
machine: list[URLPattern] = [
    path("editions/<str:slug>/schedule.ics", views.schedule_ics, name="schedule_ics"),
    path("speakers/<slug:slug>/portrait.jpg", views.portrait, name="portrait"),
]
