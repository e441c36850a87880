"""Speakers, and who appears in which session."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from efus_conference.models import Organisation
from programme.actions import set_consent
from programme.models import Appearance, ConsentEvent, Session, Speaker
from programme.spreadsheets.cells import BySlug, ProgrammeResource, SheetLoader, column, in_languages, moment


class SpeakerResource(ProgrammeResource):
    organisation = column("organisation", BySlug(Organisation))
    consented_at = moment("consented_at")
    consent_withdrawn_at = moment("consent_withdrawn_at")
    text_columns = in_languages("function", "biography")

    class Meta(ProgrammeResource.Meta):
        abstract = False
        model = Speaker
        import_id_fields = ["slug"]
        instance_loader_class = SheetLoader
        fields = (
            "slug",
            "name",
            "sort_name",
            "organisation",
            *in_languages("function", "biography"),
            "email",
            "basis",
            "consented_at",
            "consent_withdrawn_at",
        )
        export_order = fields

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("organisation").by_name()

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
        """A consent that a sheet brings goes through the action that keeps its history."""
        wanted = (instance.consented_at, instance.consent_withdrawn_at)
        stored = (
            Speaker.objects.filter(pk=instance.pk).values_list("consented_at", "consent_withdrawn_at").first()
        ) or (None, None)
        instance.consented_at, instance.consent_withdrawn_at = stored
        super().save_instance(instance, is_create, row, **kwargs)
        if wanted != stored:
            set_consent(
                speaker=instance,
                consented_at=wanted[0],
                withdrawn_at=wanted[1],
                through=ConsentEvent.Through.ORGANISER,
                by=kwargs.get("user"),
            )


class ByCode(BySlug):
    """A session by its code, in capitals or not."""

    field_name = "code"
    missing = gettext_lazy("There is no %(what)s with the code “%(address)s”.")

    def key(self, value: Any) -> str:
        return super().key(value).upper()


class AppearanceResource(ProgrammeResource):
    """One person's part in one session a row, known by the two and the role."""

    session = column("session", ByCode(Session))
    speaker = column("speaker", BySlug(Speaker))
    organisation = column("organisation", BySlug(Organisation))
    text_columns = in_languages("function")

    class Meta(ProgrammeResource.Meta):
        abstract = False
        model = Appearance
        import_id_fields = ["session", "speaker", "role"]
        fields = (
            "session",
            "speaker",
            "role",
            *in_languages("function"),
            "organisation",
            "is_to_be_confirmed",
            "order",
        )
        export_order = fields

    def get_queryset(self) -> Any:
        return (
            super()
            .get_queryset()
            .select_related("session", "speaker", "organisation")
            .order_by("session__edition", "session__starts_at", "session__code", "order", "pk")
        )

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        row["role"] = str(row.get("role") or "").strip().lower() or Appearance.Role.SPEAKER.value
