from __future__ import annotations

from django import template

from programme.models import Speaker
from programme.portraits import Picture, picture_of

register = template.Library()


@register.filter
def picture(speaker: Speaker) -> Picture | None:
    """The addresses of a speaker's portrait; None without one."""
    return picture_of(speaker)
