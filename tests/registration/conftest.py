from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from efus_conference.models import Edition, User
from programme.actions import release
from programme.models import Session
from registration.models import Registration
from tests import factories


@pytest.fixture
def edition() -> Edition:
    return factories.edition()


@pytest.fixture
def robin() -> User:
    return factories.user(name="Robin Example")


@pytest.fixture
def registration(edition: Edition, robin: User) -> Registration:
    return factories.registration(edition, managed_by=robin, email=robin.email)


@pytest.fixture
def bookable(edition: Edition) -> Callable[..., Session]:
    """Makes a released session with a number of seats."""

    def make(capacity: int = 20, **fields: Any) -> Session:
        session = factories.session(edition, **fields)
        factories.pool(session, capacity)
        release(edition=edition, by=None)
        return session

    return make
