from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from efus_conference.models import Edition
from programme.models import Session, Speaker
from tests import factories

MISTYPED = [
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(1899, 12, 31, tzinfo=UTC),
    datetime(9999, 1, 1, tzinfo=UTC),
]


@pytest.mark.django_db
@pytest.mark.parametrize("moment", MISTYPED)
def test_a_mistyped_year_is_refused_by_the_form_and_by_the_database(moment: datetime) -> None:
    edition = factories.edition()
    session, speaker = factories.session(edition), factories.speaker()
    for row, field in ((edition, "registration_opens_at"), (session, "starts_at"), (speaker, "consented_at")):
        with pytest.raises(ValidationError) as refused:
            type(row)._meta.get_field(field).clean(moment, row)
        assert [error.code for error in refused.value.error_list] == ["year"]
    for rows, values in (
        (Edition.objects, {"registration_opens_at": moment, "registration_closes_at": moment}),
        (Session.objects, {"starts_at": moment, "ends_at": moment}),
        (Speaker.objects, {"consented_at": moment}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)


@pytest.mark.django_db
def test_a_day_of_the_year_one_is_refused() -> None:
    with pytest.raises(ValidationError):
        Edition._meta.get_field("starts_on").clean(date(1, 1, 1), factories.edition())
