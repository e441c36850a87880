"""A text is frozen by two people, to the byte, and nothing moves it afterwards: by the ORM, the actions or plain SQL."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from declarations.actions import (
    NotProposed,
    Refusal,
    RefusedByRegister,
    SamePerson,
    TextsChanged,
    TextsChangedSinceRead,
    propose_freezing,
    publish_declaration,
)
from declarations.models import Declaration, TextVersion
from declarations.models.texts import hash_of_texts
from tests import factories
from tests.declarations.making import actor, officer, published, refused_by

pytestmark = pytest.mark.django_db


def draft() -> Declaration:
    declaration = factories.declaration()
    declaration.title_fr = "Titre"
    declaration.save()
    return declaration


def texts_hash(declaration: Declaration) -> str:
    return hash_of_texts(list(declaration.texts.all()))


def sql(statement: str, *values: Any) -> str:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return refused_by(run)


def denied(statement: str) -> bool:
    """Whether a statement is refused, by a rule or because this login may not."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    return False


def refusal_of(do: Any) -> type[Refusal]:
    with pytest.raises(Refusal) as refused, transaction.atomic():
        do()
    return refused.type


def test_two_people_freeze_and_both_stand_with_it() -> None:
    first, second, declaration = officer(), officer(), draft()
    seen = texts_hash(declaration)
    propose_freezing(declaration=declaration, by=first, seen=seen)
    publish_declaration(declaration=declaration, by=second, seen=seen)
    assert [
        declaration.is_published,
        declaration.text_hash,
        declaration.proposed_hash,
        declaration.proposed_by,
        declaration.published_by,
    ] == [True, seen, seen, actor(first), actor(second)]


def test_nobody_freezes_alone_in_one_tab_or_in_two() -> None:
    alone, declaration = officer(is_superuser=True), draft()
    other_tab = Declaration.objects.get(pk=declaration.pk)
    assert refusal_of(lambda: publish_declaration(declaration=declaration, by=alone)) is NotProposed
    propose_freezing(declaration=declaration, by=alone)
    propose_freezing(declaration=other_tab, by=alone)
    assert [
        refusal_of(lambda: publish_declaration(declaration=declaration, by=alone)),
        refusal_of(lambda: publish_declaration(declaration=other_tab, by=alone)),
        refusal_of(lambda: publish_declaration(declaration=declaration, by=None)),
        Declaration.objects.get().is_published,
    ] == [SamePerson, SamePerson, NotProposed, False]


def test_whoever_proposes_again_is_the_first_of_two() -> None:
    first, second, declaration = officer(), officer(), draft()
    propose_freezing(declaration=declaration, by=first)
    propose_freezing(declaration=declaration, by=second)
    assert refusal_of(lambda: publish_declaration(declaration=declaration, by=second)) is SamePerson
    publish_declaration(declaration=declaration, by=first)
    assert declaration.proposed_by == actor(second)


@pytest.mark.parametrize("change", ["body", "status", "language", "added", "taken out", "moved in"])
def test_any_change_of_a_text_undoes_the_proposal(change: str) -> None:
    declaration = draft()
    propose_freezing(declaration=declaration, by=officer())
    text = declaration.texts.filter(language="en")
    match change:
        case "body":
            text.update(body="# Preamble\n\n1. Cities act. \n")
        case "status":
            text.update(status="translation")
        case "language":
            text.update(language="de")
        case "added":
            TextVersion.objects.create(declaration=declaration, language="de", body="Städte.")
        case "taken out":
            text.delete()
        case _:
            other = factories.declaration().texts.get(language="en")
            other.language, other.declaration = "de", declaration
            other.save()
    assert refusal_of(lambda: publish_declaration(declaration=declaration, by=officer())) is TextsChanged


def test_a_page_that_shows_older_texts_proposes_and_freezes_nothing() -> None:
    declaration = draft()
    seen = texts_hash(declaration)
    declaration.texts.filter(language="en").update(body="1. Others act.")
    assert refusal_of(lambda: propose_freezing(declaration=declaration, by=officer(), seen=seen)) is (
        TextsChangedSinceRead
    )
    propose_freezing(declaration=declaration, by=officer())
    assert [
        refusal_of(lambda stale=stale: publish_declaration(declaration=declaration, by=officer(), seen=stale))
        for stale in (seen, "", "x" * 10_000)
    ] == [TextsChangedSinceRead] * 3


def test_a_proposal_of_someone_who_left_counts_for_nothing() -> None:
    first, declaration = officer(), draft()
    propose_freezing(declaration=declaration, by=first)
    first.is_staff = False
    first.save()
    with pytest.raises(RefusedByRegister) as refused:
        publish_declaration(declaration=declaration, by=officer())
    assert str(refused.value) == ("Whoever proposed these texts is no organiser any more. Propose them anew.")
    propose_freezing(declaration=declaration, by=officer())
    publish_declaration(declaration=declaration, by=officer())
    assert declaration.is_published


def test_who_froze_may_leave_and_what_is_frozen_stays_editable_around_the_text() -> None:
    declaration = published()
    assert declaration.published_by is not None
    assert declaration.published_by.user is not None
    declaration.published_by.user.is_active = False
    declaration.published_by.user.save()
    declaration.is_open_to_signatures = False
    assert refused_by(declaration.save) == ""


def test_a_hash_set_by_hand_is_refused() -> None:
    declaration, one, two = draft(), actor(officer()), actor(officer())
    right, wrong = texts_hash(declaration), "0" * 64
    freeze = (
        "UPDATE declarations_declaration SET is_published = true, text_hash = %s, proposed_hash = %s,"
        " proposed_by_id = %s, published_by_id = %s WHERE id = %s"
    )
    machine = actor(officer(is_staff=False))
    assert [
        sql(freeze, wrong, wrong, one.pk, two.pk, declaration.pk),
        sql(freeze, right, wrong, one.pk, two.pk, declaration.pk),
        sql(freeze, right, right, one.pk, one.pk, declaration.pk),
        sql(freeze, right, right, None, two.pk, declaration.pk),
        sql(freeze, right, right, one.pk, machine.pk, declaration.pk),
        sql("UPDATE declarations_declaration SET is_published = true WHERE id = %s", declaration.pk),
        sql("UPDATE declarations_declaration SET text_hash = %s WHERE id = %s", right, declaration.pk),
    ] == [
        "hash_is_of_the_texts",
        "frozen_by_two",
        "frozen_by_two",
        "frozen_by_two",
        "frozen_by_officers",
        "published_text_is_frozen",
        "frozen_by_two",
    ]


def test_a_frozen_text_is_not_edited_swapped_or_moved_by_any_way() -> None:
    one, two, open_one = published(), published(), draft()
    text, other = one.texts.get(language="en"), two.texts.get(language="en")
    free = open_one.texts.get(language="en")
    text.body = "1. Others act."
    swap = "UPDATE declarations_textversion SET declaration_id = %s WHERE id = %s"
    swap_two = (
        "UPDATE declarations_textversion SET declaration_id = CASE id WHEN %s THEN %s::bigint ELSE %s END"
        " WHERE id IN (%s, %s)"
    )
    assert [
        refused_by(text.save),
        refused_by(lambda: one.texts.update(body="x")),
        refused_by(lambda: TextVersion.objects.bulk_update([text], ["body"])),
        refused_by(text.delete),
        sql(swap, open_one.pk, text.pk),
        sql(swap, one.pk, free.pk),
        sql(swap_two, text.pk, two.pk, one.pk, text.pk, other.pk),
        sql("UPDATE declarations_textversion SET id = id + 1000 WHERE id = %s", text.pk),
        sql("UPDATE declarations_textversion SET language = 'de' WHERE id = %s", text.pk),
        sql("INSERT INTO declarations_textversion (declaration_id, language, status, body)"
            " VALUES (%s, 'de', 'authentic', 'x')", one.pk),
    ] == ["published_text_is_fixed"] * 10  # fmt: skip


def test_texts_are_not_taken_out_all_at_once_nor_with_their_declaration() -> None:
    published()
    assert [
        denied("TRUNCATE declarations_textversion"),
        denied("TRUNCATE declarations_declaration CASCADE"),
        denied("ALTER TABLE declarations_textversion DISABLE TRIGGER ALL"),
        # Their foreign keys are looked at when a transaction ends: too late for what happens within it.
        sql("DELETE FROM declarations_declaration"),
        sql("UPDATE declarations_declaration SET id = id + 1000"),
        TextVersion.objects.count(),
    ] == [True, True, True, "frozen_stays_frozen", "frozen_stays_frozen", 2]


def test_what_is_frozen_is_never_thawed() -> None:
    declaration = published()
    set_to = "UPDATE declarations_declaration SET {} WHERE id = %s"
    assert [
        sql(set_to.format(change), declaration.pk)
        for change in (
            "text_hash = ''",
            "text_hash = '', is_published = false",
            "text_hash = repeat('0', 64)",
            "published_at = now() + interval '1 day'",
            "published_by_id = proposed_by_id",
            "proposed_at = NULL",
            "is_historical = true",
            "is_published = false",
        )
    ] == ["frozen_stays_frozen"] * 7 + ["published_text_is_frozen"]


def test_the_title_above_a_frozen_text_stays_and_a_language_that_had_none_may_get_one() -> None:
    declaration = published()
    changed, added = (
        "UPDATE declarations_declaration SET title_en = 'Other' WHERE id = %s",
        "UPDATE declarations_declaration SET title_nl = 'Titel' WHERE id = %s",
    )
    assert [sql(changed, declaration.pk), sql(added, declaration.pk), sql(added, declaration.pk)] == [
        "frozen_stays_frozen",
        "",
        "",
    ]
