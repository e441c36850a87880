from __future__ import annotations

from django.urls import URLPattern, path

from registration import desk_urls
from registration.views import (
    agenda,
    answers,
    certificates,
    change,
    checking,
    companions,
    consents,
    delegation_places,
    delegation_sheets,
    delegations,
    identity,
    join,
    machines,
    mails,
    mine,
    register,
    seats,
    sessions,
    standing,
    tickets,
    visa_letter,
)

pages: list[URLPattern] = [
    path("editions/<str:slug>/seats/", seats.free_seats, name="free_seats"),
    path("register/", register.who, name="register"),
    path("register/details/", register.details, name="register_details"),
    path("register/questions/<int:part>/", register.questions, name="register_questions"),
    path("register/check/", register.check, name="register_check"),
    path("my/", mine.my, name="my"),
    path("my/registrations/<int:pk>/", mine.registration, name="registration"),
    path("my/registrations/<int:pk>/registered/", mine.registered, name="registered"),
    path("my/registrations/<int:pk>/change/", change.change, name="change"),
    path("my/registrations/<int:pk>/questions/", answers.questions, name="questions"),
    path("my/registrations/<int:pk>/questions/<int:part>/", answers.questions, name="questions_part"),
    path("my/registrations/<int:pk>/press-card/", answers.press_card, name="press_card"),
    path("my/registrations/<int:pk>/consents/", consents.consents, name="consents"),
    path("my/registrations/<int:pk>/certificate/", certificates.certificate, name="certificate"),
    path(
        "my/registrations/<int:pk>/certificate/<str:language>.pdf", certificates.pdf, name="certificate_pdf"
    ),
    path("my/registrations/<int:pk>/visa-letter/", visa_letter.visa_letter, name="visa_letter"),
    path("my/answers/<int:pk>/", answers.answer_file, name="answer_file"),
    path("my/registrations/<int:pk>/mails/<int:mail_pk>/", mails.mail, name="mail"),
    path("my/registrations/<int:pk>/cancel/", mine.cancel, name="cancel"),
    path("my/registrations/<int:pk>/place/", standing.offered_place, name="offered_place"),
    path("my/registrations/<int:pk>/hand-over/", standing.hand_over_to_person, name="hand_over"),
    path("my/registrations/<int:pk>/ticket/", tickets.my_ticket, name="my_ticket"),
    path("my/tickets/<str:code>/", tickets.ticket, name="ticket"),
    path("my/tickets/<str:code>.pdf", tickets.pdf, name="ticket_pdf"),
    path("my/tickets/<str:code>/renew/", tickets.renew, name="ticket_renew"),
    path("my/registrations/together/", standing.together, name="together"),
    path("my/agendas/", delegations.agendas, name="agendas"),
    path("my/delegation/", delegations.delegation, name="delegation"),
    path("my/delegation/<int:pk>/agenda/", delegations.delegation_agenda, name="delegation_agenda"),
    path(
        "my/delegation/<int:pk>/sessions/<str:code>/",
        delegations.delegation_session,
        name="delegation_session",
    ),
    path("my/delegation/<int:pk>/more/", delegations.delegation_more, name="delegation_more"),
    path("my/delegation/<int:pk>/people/", delegation_sheets.people, name="delegation_people"),
    path("my/delegation/<int:pk>/people/template/", delegation_sheets.template, name="delegation_template"),
    path("my/delegation/<int:pk>/export/", delegation_sheets.export, name="delegation_export"),
    path("my/delegation/places/<int:pk>/", delegation_places.place, name="delegation_place"),
    path("my/delegation/places/<int:pk>/name/", delegation_places.place_name, name="delegation_name"),
    path("my/delegation/places/<int:pk>/invite/", delegation_places.place_invite, name="delegation_invite"),
    path(
        "my/delegation/places/<int:pk>/replace/", delegation_places.place_replace, name="delegation_replace"
    ),
    path(
        "my/delegation/places/<int:pk>/give-up/", delegation_places.place_give_up, name="delegation_give_up"
    ),
    path("my/join/", join.join_details, name="join_details"),
    path("my/join/<str:token>/", join.join, name="join"),
    path("my/registrations/<int:pk>/companions/", companions.companions, name="companions"),
    path("my/agenda/", agenda.agenda, name="agenda"),
    path("my/agenda/calendar/", agenda.calendar_address, name="calendar_address"),
    path("my/agenda/shared/<str:token>/", agenda.shared_agenda, name="shared_agenda"),
    path("my/sessions/<str:code>/", sessions.my_session, name="my_session"),
    path("my/sessions/<str:code>/identity/", identity.identity, name="identity"),
    *desk_urls.pages,
]
machine: list[URLPattern] = [
    path("my/agenda/<str:token>.ics", machines.agenda_feed, name="agenda_feed"),
    path("my/state.json", machines.state, name="state"),
    path("check/", checking.check, name="check"),
    path("check/seal.cer", checking.seal_certificate, name="seal_certificate"),
    path("check/<str:code>/", checking.check_certificate, name="check_certificate"),
    *desk_urls.machine,
]
