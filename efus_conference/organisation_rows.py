"""What of the ground moves when two organisations become one."""

from __future__ import annotations

from efus_conference.merging import Column, add
from efus_conference.models import EditionHost, Project, User


def register() -> None:
    add(
        Column(User),
        Column(EditionHost, scope="edition", join=_host_once),
        Column(Project, "led_by"),
        Column(Project.partners.through, scope="project"),
    )


def _host_once(kept: EditionHost, gone: EditionHost) -> None:
    """Who hosted, even if it is also written down as a co-host, hosted."""
    if EditionHost.Role.HOST in (kept.role, gone.role):
        kept.role = EditionHost.Role.HOST
        kept.order = min(kept.order, gone.order)
        kept.save(update_fields=["role", "order"])
    gone.delete()
