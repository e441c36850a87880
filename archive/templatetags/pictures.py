from __future__ import annotations

from django import template

from archive.models import Picture
from archive.pictures import PictureSources, largest, sources

register = template.Library()
register.filter("address_of_picture", largest)


@register.filter
def sources_of_picture(picture: Picture) -> PictureSources:
    """The addresses of a picture of the library as `<picture>` takes them."""
    return sources(picture)
