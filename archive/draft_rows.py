"""What an organiser typed into a draft that is another one by now, made to fit the form of the one that is there."""

from __future__ import annotations

import re

from django.http import QueryDict

from archive.models import Block, PageVersion

FIELD = re.compile(r"blocks-(\d{1,4})-(\w+)")
Row = dict[str, list[str]]


def bound_again(typed: QueryDict, draft: PageVersion, *, is_another: bool) -> QueryDict:
    """The same form, with the draft's blocks as they are now.

    Where a block was deleted meanwhile, what was typed in it is new. In `another` draft all blocks are: there they
    take the place of its own, in their order. The draft's other blocks stand below as they are, so that whoever
    saves sees them.
    """
    there = {str(block.pk): block for block in draft.blocks.all()}
    rows = _rows(typed)
    unnamed = [key for key in there if not any(row.get("id") == [key] for row in rows)]
    kept, new = [], []
    for row in rows:
        had = row.get("id", [""])[0]
        if had in there:
            kept.append(row)
        elif had and is_another and unnamed:
            kept.append({**row, "id": [unnamed.pop(0)]})
        elif not had or "DELETE" not in row:
            new.append({**row, "id": [""]})
    kept += [_as_it_is(there[key]) for key in unnamed]
    data = typed.copy()
    for name in [name for name in data if FIELD.fullmatch(name)]:
        del data[name]
    for place, row in enumerate([*kept, *new]):
        for name, values in {**row, "version": [str(draft.pk)]}.items():
            data.setlist(f"blocks-{place}-{name}", values)
    data["blocks-TOTAL_FORMS"], data["blocks-INITIAL_FORMS"] = str(len(kept) + len(new)), str(len(kept))
    return data


def _rows(typed: QueryDict) -> list[Row]:
    rows: dict[int, Row] = {}
    for name, values in typed.lists():
        if match := FIELD.fullmatch(name):
            rows.setdefault(int(match[1]), {})[match[2]] = values
    total = typed.get("blocks-TOTAL_FORMS", "")
    return [row for place, row in sorted(rows.items()) if total.isdecimal() and place < int(total[:4])]


def _as_it_is(block: Block) -> Row:
    fields = [field for field in Block._meta.concrete_fields if field.name != "version"]
    values = {field.name: getattr(block, field.attname) for field in fields}
    return {name: ["" if value is None else str(value)] for name, value in values.items()}
