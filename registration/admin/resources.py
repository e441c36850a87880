"""Lists of people as spreadsheets. They leave the site; nothing comes in by them."""

from __future__ import annotations

from import_export.fields import Field

from efus_conference.exports import SafeResource
from registration.admin.answer_columns import AnswerColumns
from registration.models import Registration

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
    edition = Field(column_name="edition")
    category = Field(column_name="category")
    organisation_name = Field(column_name="organisation")
    kept_by = Field(column_name="kept by")

    class Meta:
        model = Registration
        fields = COLUMNS
        export_order = COLUMNS

    def dehydrate_edition(self, registration: Registration) -> str:
        return registration.edition.slug

    def dehydrate_category(self, registration: Registration) -> str:
        return registration.category.name

    def dehydrate_organisation_name(self, registration: Registration) -> str:
        return registration.shown_organisation

    def dehydrate_kept_by(self, registration: Registration) -> str:
        return registration.managed_by.email


class RegistrationWithNeedsResource(RegistrationResource):
    """For those who arrange what people need."""

    class Meta:
        model = Registration
        fields = (*COLUMNS, "needs")
        export_order = (*COLUMNS, "needs")
