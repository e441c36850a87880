"""The addresses of the desk."""

from __future__ import annotations

from django.urls import URLPattern, path

from registration.views import desk_machines, desk_shell

pages: list[URLPattern] = [
    path("desk/", desk_shell.desk, name="desk"),
]
machine: list[URLPattern] = [
    path("sw.js", desk_shell.service_worker, name="service_worker"),
    path("desk/me.json", desk_machines.me, name="desk_me"),
    path("desk/list.json", desk_machines.people_list, name="desk_list"),
    path("desk/sync.json", desk_machines.sync, name="desk_sync"),
]
