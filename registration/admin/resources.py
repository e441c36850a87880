"""Lists of people as spreadsheets. They leave the site; nothing comes in by them.

Two of them: what everyone at the desk works with, and, by right, the one that also holds what people told of
themselves. Reading that one is noted for each person in it, so nobody takes it without meaning to.
"""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from import_export.fields import Field
from unfold.contrib.import_export.forms import ExportForm

from efus_conference.exports import SafeResource
from efus_conference.models import User
from efus_conference.models.organisations import country_name
from registration.actions.needs import READ_NEEDS
from registration.admin.answer_columns import AnswerColumns
from registration.models import Question, Registration
from registration.models.answers import SENSITIVE, readable_kinds

COLUMNS = (
    "edition",
    "given_name",
    "family_name",
    "function",
    "organisation_name",
    "country",
    "category",
    "status",
    "email",
    "language",
    "kept_by",
    "submitted_at",
)


class RegistrationResource(AnswerColumns, SafeResource):
    """Without any sensitive answer, whoever takes it."""

    kinds = tuple(kind for kind in Question.Privacy.values if kind not in SENSITIVE)

    edition = Field(column_name="edition")
    category = Field(column_name="category")
    organisation_name = Field(column_name="organisation")
    country = Field(column_name="country")
    kept_by = Field(column_name="kept by")

    class Meta:
        model = Registration
        fields = COLUMNS
        export_order = COLUMNS

    @classmethod
    def get_display_name(cls) -> str:
        return _("Registrations")

    def get_export_headers(self, *args: Any, **kwargs: Any) -> list[str]:
        """As the pages name the columns, in the language of who exports."""
        names = {
            field.name: capfirst(str(field.verbose_name)) for field in Registration._meta.concrete_fields
        }
        names |= {"kept by": names["managed_by"]}
        return [names.get(header, header) for header in super().get_export_headers(*args, **kwargs)]

    def dehydrate_edition(self, registration: Registration) -> str:
        return registration.edition.slug

    def dehydrate_category(self, registration: Registration) -> str:
        return registration.category.name

    def dehydrate_country(self, registration: Registration) -> str:
        return country_name(registration.country)

    def dehydrate_status(self, registration: Registration) -> str:
        return registration.get_status_display()

    def dehydrate_organisation_name(self, registration: Registration) -> str:
        return registration.shown_organisation

    def dehydrate_kept_by(self, registration: Registration) -> str:
        return registration.managed_by.email


class RegistrationWithAnswersResource(RegistrationResource):
    """With the sensitive answers that its reader may read."""

    kinds = tuple(Question.Privacy.values)

    class Meta:
        model = Registration
        fields = COLUMNS
        export_order = COLUMNS

    @classmethod
    def get_display_name(cls) -> str:
        return _("Registrations, with sensitive answers")


class RegistrationWithNeedsResource(RegistrationWithAnswersResource):
    """For those who arrange what people need."""

    class Meta:
        model = Registration
        fields = (*COLUMNS, "needs")
        export_order = (*COLUMNS, "needs")


def resources_for(user: User) -> list[type[RegistrationResource]]:
    """The plain list first, so that the other is chosen and never taken by accident."""
    if not set(readable_kinds(user)) & set(SENSITIVE):
        return [RegistrationResource]
    has_needs = user.has_perm(READ_NEEDS)
    return [
        RegistrationResource,
        RegistrationWithNeedsResource if has_needs else RegistrationWithAnswersResource,
    ]


class RegistrationExportForm(ExportForm):
    """Says what the choice means where there is one."""

    def __init__(self, formats: Any, resources: Any, **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        self.fields["resource"].label = _("Which list")
        if len(resources) > 1:
            self.fields["resource"].help_text = _(
                "The list with sensitive answers is for whoever arranges what people need. Take it only for that, "
                "and destroy it afterwards. That you read them is noted beside each person in it."
            )
