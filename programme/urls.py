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
    path("editions/<str:slug>/schedule.json", views.schedule_as_json, name="schedule_json"),
    path("editions/<str:slug>/schedule.xml", views.schedule_as_xml, name="schedule_xml"),
    path("editions/<str:slug>/sessions.csv", views.sessions_csv, name="sessions_csv"),
    path("editions/<str:slug>/changes.atom", views.changes_atom, name="changes_atom"),
    path("speakers/<slug:slug>/portrait.jpg", views.portrait, name="portrait"),
]
