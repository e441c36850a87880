from __future__ import annotations

from itertools import count

from django.db import transaction

from efus_conference.models import User
from registration.actions.refusals import NotReadable
from registration.models import Question


@transaction.atomic
def copy_question(*, question: Question, by: User) -> Question:
    """A new question like one that was answered and so stays as it is; nobody is asked it yet. Raises NotReadable."""
    if not by.has_perm("registration.add_question"):
        raise NotReadable
    choices, categories = list(question.choices.all()), list(question.categories.all())
    # Of two copies at one moment the second waits, and takes the next name.
    Question.objects.select_for_update(no_key=True).get(pk=question.pk)
    taken = set(Question.objects.filter(edition=question.edition_id).values_list("slug", flat=True))
    slug = next(name for at in count(2) if (name := f"{question.slug[:36]}-{at}") not in taken)
    made = Question.objects.get(pk=question.pk)
    made.pk, made.slug, made.is_asked = None, slug, False
    made._state.adding = True
    made.save()
    made.categories.set(categories)
    for choice in choices:
        choice.pk, choice.question = None, made
        choice._state.adding = True
        choice.save()
    return made
