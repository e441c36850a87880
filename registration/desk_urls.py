"""The addresses of the desk."""

from __future__ import annotations

from django.urls import URLPattern, path

from registration.views import desk_entry, desk_hand_outs, desk_machines, desk_people, desk_shell

pages: list[URLPattern] = [
    path("desk/", desk_shell.desk, name="desk"),
    path("desk/enter/", desk_entry.enter, name="desk_enter"),
    path("desk/enter/<str:token>/", desk_entry.enter_by_link, name="desk_enter_by_link"),
    path("desk/people/", desk_people.people, name="desk_people"),
    path("desk/people/<int:pk>/", desk_people.person, name="desk_person"),
    path("desk/people/<int:pk>/badge/", desk_people.badge, name="desk_badge"),
    path("desk/walk-in/", desk_hand_outs.walk_in, name="desk_walk_in"),
    path("desk/delegations/", desk_hand_outs.delegations, name="desk_delegations"),
    path("desk/delegations/<int:pk>/", desk_hand_outs.delegation, name="desk_delegation"),
    path("desk/headsets/", desk_hand_outs.headsets, name="desk_headsets"),
]
machine: list[URLPattern] = [
    path("sw.js", desk_shell.service_worker, name="service_worker"),
    path("desk/me.json", desk_machines.me, name="desk_me"),
    path("desk/list.json", desk_machines.people_list, name="desk_list"),
    path("desk/sync.json", desk_machines.sync, name="desk_sync"),
]
