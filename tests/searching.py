"""Looking for a person in all that is kept: every column of every table, every file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from django.db import connection


def columns_with(needles: Iterable[str]) -> list[str]:
    """“table.column” for each column of any table in which one of the texts stands, whatever the column's type."""
    pattern = "|".join(map(re.escape, needles))
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' ORDER BY table_name, column_name"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ~* %s', [pattern])
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return found


def files_with(folders: Iterable[Path], needles: Iterable[str]) -> list[str]:
    """Those whose name or content has one of the texts."""
    wanted = list(needles)
    return [
        str(file.relative_to(folder))
        for folder in folders
        for file in sorted(folder.rglob("*"))
        if file.is_file() and (says(file.read_bytes(), wanted) or says(str(file).encode(), wanted))
    ]


def says(content: bytes, needles: Iterable[str]) -> bool:
    """Whether it stands there; in a spreadsheet, which is an archive, within its parts."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    text = content.decode("utf-8", errors="replace").casefold()
    # Quoted-printable (RFC 2045) breaks lines within words.
    text = text.replace("=\r\n", "").replace("=\n", "")
    return any(needle.casefold() in text for needle in needles)
