from __future__ import annotations

from django.urls import URLPattern, path

from registration.views import agenda, answers, delegations, identity, machines, mine, register, seats

pages: list[URLPattern] = [
    path("editions/<str:slug>/seats/", seats.free_seats, name="free_seats"),
    path("register/", register.who, name="register"),
    path("register/details/", register.details, name="register_details"),
    path("register/questions/<int:part>/", register.questions, name="register_questions"),
    path("register/check/", register.check, name="register_check"),
    path("my/", mine.my, name="my"),
    path("my/registrations/<int:pk>/", mine.registration, name="registration"),
    path("my/registrations/<int:pk>/registered/", mine.registered, name="registered"),
    path("my/registrations/<int:pk>/change/", mine.change, name="change"),
    path("my/registrations/<int:pk>/questions/", answers.questions, name="questions"),
    path("my/registrations/<int:pk>/questions/<int:part>/", answers.questions, name="questions_part"),
    path("my/registrations/<int:pk>/press-card/", answers.press_card, name="press_card"),
    path("my/answers/<int:pk>/", answers.answer_file, name="answer_file"),
    path("my/registrations/<int:pk>/cancel/", mine.cancel, name="cancel"),
    path("my/delegation/", delegations.delegation, name="delegation"),
    path("my/agenda/", agenda.agenda, name="agenda"),
    path("my/agenda/calendar/", agenda.calendar_address, name="calendar_address"),
    path("my/sessions/<str:code>/", agenda.my_session, name="my_session"),
    path("my/sessions/<str:code>/identity/", identity.identity, name="identity"),
]
machine: list[URLPattern] = [
    path("my/agenda/<str:token>.ics", machines.agenda_feed, name="agenda_feed"),
    path("my/state.json", machines.state, name="state"),
]
