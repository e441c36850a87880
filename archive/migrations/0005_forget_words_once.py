from django.db import migrations

# A DELETE … WHERE id IN (SELECT … FOR UPDATE) may run its subquery once for every row of the table when the planner
# takes the table for empty, as in a session that fills it. As an array it is run once, whatever the planner takes it for.
WORDS = """
    CREATE OR REPLACE FUNCTION search_keep_words() RETURNS trigger LANGUAGE plpgsql AS $words$
    DECLARE
        before text[] := '{{}}';
        after text[] := '{{}}';
    BEGIN
        IF TG_OP <> 'INSERT' THEN before := tsvector_to_array(OLD.words); END IF;
        IF TG_OP <> 'DELETE' THEN after := tsvector_to_array(NEW.words); END IF;
        INSERT INTO archive_searchword (word)
            SELECT fresh.word
            FROM (SELECT unnest(after) AS word EXCEPT SELECT unnest(before)) AS fresh
            WHERE char_length(fresh.word) BETWEEN 3 AND 30 AND fresh.word !~ '[0-9]'
                AND NOT EXISTS (SELECT FROM archive_searchword AS known WHERE known.word = fresh.word);
        DELETE FROM archive_searchword WHERE id {one_of} (
            SELECT known.id
            FROM (SELECT unnest(before) AS word EXCEPT SELECT unnest(after)) AS gone
            JOIN archive_searchword AS known USING (word)
            WHERE NOT EXISTS (
                SELECT FROM archive_searchentry AS entry
                WHERE entry.words @@ quote_literal(gone.word)::tsquery)
            FOR UPDATE OF known SKIP LOCKED){end};
        RETURN NULL;
    END
    $words$;
"""


class Migration(migrations.Migration):
    dependencies = [("archive", "0004_raises_public_version")]

    operations = [
        migrations.RunSQL(WORDS.format(one_of="= ANY (ARRAY", end=")"), WORDS.format(one_of="IN", end="")),
    ]
