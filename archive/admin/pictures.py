"""The picture library: what is in it, where it is shown, and what may go."""

from __future__ import annotations

from functools import partial, reduce
from operator import add
from typing import Any, NamedTuple

from django.contrib import admin
from django.db import models, transaction
from django.db.models import Func, Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from archive.models import Block, Photo, Picture
from archive.news_forms import PictureForm
from archive.pictures import delete_files, sources, widths_of, write
from efus_conference.admin_base import TranslatedAdmin, in_languages
from efus_conference.languages import in_every_language

SHOWN = 50  # places in which one picture is shown, on its page


class Use(NamedTuple):
    """A row that shows a picture, and the page on which organisers change that."""

    what: str
    name: str
    address: str


@admin.register(Picture)
class PictureAdmin(TranslatedAdmin):
    form = PictureForm
    list_display = ["thumbnail", "alt", "shown_size", "is_drawing", "credit", "times_used", "added_at"]
    list_display_links = ["thumbnail", "alt"]
    list_filter = ["is_drawing"]
    search_fields = [*in_every_language("alt", ending="__unaccent"), "credit__unaccent"]
    readonly_fields = ["as_shown", "shown_size", "where_used", "added_at"]

    def get_fieldsets(self, request: HttpRequest, obj: Picture | None = None) -> Any:
        fields = ["as_shown", "credit", "shown_size", "where_used", "added_at"]
        # What is drawn is kept otherwise than what is photographed: that is decided when it comes in.
        new = ["upload", "is_drawing", "credit"]
        return [(None, {"fields": fields if obj else new}), *in_languages("alt")]

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        if form.anew is not None:
            write(form.anew)
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        assert isinstance(obj, Picture)
        digest, width, is_drawing = obj.digest, obj.width, obj.is_drawing
        super().delete_model(request, obj)
        transaction.on_commit(partial(delete_files, digest, width, is_drawing=is_drawing))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for picture in queryset:
            self.delete_model(request, picture)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What stands in the way is named with the page on which organisers take the picture out."""
        to_delete, counts, missing_rights, protected = super().get_deleted_objects(objs, request)
        if protected:
            protected = [_line(use) for picture in objs for use in uses(picture)]
        return to_delete, counts, missing_rights, protected

    @display(description=_("picture"))
    def thumbnail(self, picture: Picture) -> SafeString:
        return _image(picture, height=64)

    @display(description=_("picture"))
    def as_shown(self, picture: Picture) -> SafeString:
        return _image(picture, height=240)

    @display(description=_("pixels"), ordering="width")
    def shown_size(self, picture: Picture) -> str:
        return f"{picture.width} × {picture.height}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        pictures: QuerySet[Any] = super().get_queryset(request)
        return pictures.annotate(uses=_count_of_uses())

    @display(description=_("shown"), ordering="uses")
    def times_used(self, picture: Any) -> str:
        return str(picture.uses or "–")

    @display(description=_("where it is shown"))
    def where_used(self, picture: Picture) -> SafeString | str:
        found = uses(picture)
        if not found:
            return gettext("Nowhere yet: it may be deleted.")
        lines = format_html_join("", "<li>{}</li>", ((_line(use),) for use in found))
        return format_html("<ul>{}</ul>", lines)


def _line(use: Use) -> SafeString:
    if not use.address:
        return format_html("{}: {}", use.what, use.name)
    return format_html('{}: <a href="{}">{}</a>', use.what, use.address, use.name)


def _image(picture: Picture, *, height: int) -> SafeString:
    its = sources(picture)
    ending = "png" if picture.is_drawing else "jpg"
    address = its.src.rsplit("-", 1)[0] + f"-{widths_of(picture.width)[0]}.{ending}"
    width = max(1, round(picture.width * height / picture.height))
    return format_html('<img src="{}" width="{}" height="{}" alt="" loading="lazy">', address, width, height)


def _rows_with(picture: Picture | OuterRef) -> list[QuerySet[Any]]:
    """The rows of every model that shows it, of whatever app: a new one is found by itself."""
    return [
        related.related_model._default_manager.filter(**{related.field.name: picture})
        for related in Picture._meta.get_fields(include_hidden=True)
        if isinstance(related, models.ManyToOneRel)
    ]


def _count_of_uses() -> Any:
    """In the list's own query, whatever the number of its rows."""
    numbers = [
        Subquery(
            rows.order_by()
            .annotate(rows_of_it=Func(template="COUNT(*)", output_field=models.IntegerField()))
            .values("rows_of_it"),
            output_field=models.IntegerField(),
        )
        for rows in _rows_with(OuterRef("pk"))
    ]
    return reduce(add, numbers)


def uses(picture: Picture) -> list[Use]:
    found = []
    for rows in _rows_with(picture):
        for row in rows[:SHOWN]:
            # A block and a photo are changed on the page of what they belong to.
            owner: Model = row
            if isinstance(row, Block):
                owner = row.version.page
            elif isinstance(row, Photo):
                owner = row.edition
            name = owner.name if hasattr(owner, "name") else str(owner)
            found.append(Use(capfirst(str(owner._meta.verbose_name)), str(name), _address(owner)))
    return list(dict.fromkeys(found))


def _address(row: Model) -> str:
    options = row._meta
    try:
        return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
    except NoReverseMatch:
        return ""
