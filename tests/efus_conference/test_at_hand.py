"""What is kept at hand for pages of one's own is never older than the moment they are asked at."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from archive.models import Page, PageVersion
from efus_conference import at_hand
from efus_conference.kept import read_public_version, version_of
from tests import factories


def test_it_is_kept_while_nothing_changes_and_no_longer(fresh_db: str) -> None:
    first = at_hand.at_hand()
    assert at_hand.at_hand() is first
    factories.organisation()
    assert at_hand.at_hand() is not first


def test_what_was_kept_before_a_moment_is_not_kept_after_it(fresh_db: str) -> None:
    page = Page.objects.create(edition=None, kind="other", slug="a-page", title="A page")
    PageVersion.objects.create(page=page, number=1, publishes_at=timezone.now() - timedelta(hours=1))
    at_hand.forget()
    kept = at_hand.at_hand()
    assert at_hand.at_hand() is kept
    # As it would be, had it been made before the page appeared.
    kept.version = version_of(*read_public_version(), at=timezone.now() - timedelta(hours=2))
    assert at_hand.at_hand() is not kept
