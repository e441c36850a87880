"""Changing a registration: the same details, and for who comes into a category of the press the press card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crispy_forms.layout import Fieldset
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from efus_conference.models import User
from registration.actions import PressDetails
from registration.actions.refusals import NameStands
from registration.actions.registrations import CERTIFIED, name_stands
from registration.answers import is_readable
from registration.forms import RegistrationForm
from registration.models import Category, PendingFile, Registration
from registration.question_forms import PRESS, check_press, names_of, press_fields, press_parts


class ChangeForm(RegistrationForm):
    """`data` is what `registration.views.typed` made of the posted page, files by their keys."""

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        registration: Registration,
        by: User,
        problem: ValidationError | None = None,
    ) -> None:
        super().__init__(
            data,
            initial={name: getattr(registration, name) for name in RegistrationForm.base_fields},
            edition=registration.edition,
            is_own=registration.is_own,
            current=registration.category,
            reads_needs=is_readable(registration, by),
            is_companion=registration.place.accompanies_id is not None,
        )
        self.by = by
        if name_stands(registration, by=by):
            for name in CERTIFIED:
                self.fields[name].disabled, self.fields[name].required = True, False
            self.fields["given_name"].help_text = NameStands.message
        # Who is of the press already finds the card among the questions.
        self.with_press = (
            "category" in self.fields
            and not registration.category.is_press
            and Category.objects.filter(edition=registration.edition_id, is_press=True).exists()
        )
        if self.with_press:
            self.pending = PendingFile.objects.named([(data or {}).get("press_card", "")], user=by)
            self.fields.update(press_fields(names_of(self.pending), problem, is_needed=False))
            self.helper.layout.append(
                Fieldset(_("Only if you choose a category of the press"), *press_parts())
            )
        self.helper.inputs[0].value = _("Save")

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        category = answers.get("category")
        if self.with_press and category is not None and category.is_press:
            if not answers.get("press_medium") and "press_medium" not in self.errors:
                sentence = _("Enter the medium you work for.")
                self.add_error("press_medium", ValidationError(sentence, code="needed"))
            check_press(self)
        return answers

    @property
    def details(self) -> dict[str, Any]:
        """What `change_registration` takes; after `is_valid`."""
        return {name: value for name, value in self.cleaned_data.items() if name not in PRESS}

    @property
    def press(self) -> PressDetails | None:
        if not self.with_press or not self.cleaned_data["category"].is_press:
            return None
        pending = self.pending.get(self.cleaned_data["press_card"])
        return PressDetails(
            self.cleaned_data["press_medium"],
            self.cleaned_data["press_number"],
            pending.file if pending else None,
        )

    def forget_files(self) -> None:
        """The file is the registration's own now."""
        if self.press is not None:
            PendingFile.objects.filter(pk__in=[file.pk for file in self.pending.values()]).delete()
