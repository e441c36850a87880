from __future__ import annotations

from django.urls import URLPattern, path

from programme import views
from programme.views import materials, speak, speak_parts

# Codes and slugs are matched loosely here, so that the view can send a mistyped one to the right place.
pages: list[URLPattern] = [
    path("editions/<str:slug>/programme/", views.timetable, name="timetable"),
    path("editions/<str:slug>/programme/changes/", views.changes, name="changes"),
    path("editions/<str:slug>/programme/now/", views.now, name="now"),
    path("editions/<str:slug>/rooms/", views.rooms, name="rooms"),
    path("editions/<str:slug>/rooms/<str:room_slug>/", views.room, name="room"),
    path("editions/<str:slug>/sessions/<str:code>/", views.session, name="session"),
    path("editions/<str:slug>/materials/", materials.materials, name="materials"),
    path("editions/<str:slug>/speakers/", views.speakers, name="speakers"),
    path("editions/<str:slug>/speakers/<str:speaker_slug>/", views.speaker, name="speaker"),
]
machine: list[URLPattern] = [
    path("editions/<str:slug>/schedule.ics", views.schedule_ics, name="schedule_ics"),
    path("editions/<str:slug>/schedule.json", views.schedule_as_json, name="schedule_json"),
    path("editions/<str:slug>/schedule.xml", views.schedule_as_xml, name="schedule_xml"),
    path("editions/<str:slug>/programme.pdf", views.booklet, name="booklet"),
    path("editions/<str:slug>/sessions.csv", views.sessions_csv, name="sessions_csv"),
    path("editions/<str:slug>/changes.atom", views.changes_atom, name="changes_atom"),
    path("editions/<str:slug>/card.png", views.card_of_edition, name="edition_card"),
    path("editions/<str:slug>/sessions/<str:code>/card.png", views.card_of_session, name="session_card"),
    path("speakers/<slug:slug>/portrait.jpg", views.portrait, name="portrait"),
    path("speakers/<slug:slug>/portrait-<int:size>.<slug:ending>", views.portrait, name="portrait_in_size"),
    path("materials/<int:number>/<str:filename>", materials.material, name="material"),
    path("speak/<str:token>", speak.speak),
    path("speak/<str:token>/", speak.speak, name="speak"),
    path("speak/<str:token>/sessions/", speak_parts.sessions, name="speak_sessions"),
    path("speak/<str:token>/texts/", speak_parts.texts, name="speak_texts"),
    path("speak/<str:token>/portrait/", speak_parts.portrait, name="speak_portrait"),
    path("speak/<str:token>/portrait.jpg", speak_parts.picture, name="speak_picture"),
    path("speak/<str:token>/consent/", speak_parts.consent, name="speak_consent"),
    path("speak/<str:token>/slides/", speak_parts.slides, name="speak_slides"),
]
