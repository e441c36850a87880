from django.db import migrations

# A language that the site was given later has no column and no stems of its own in the search: its words are found as
# they are written, with those of declarations in other languages. They are gathered from whatever columns there are, so
# that one more language takes no migration here.
OTHER_LANGUAGES = """
    CREATE FUNCTION search_other_languages(wanted_kind text, wanted_id bigint) RETURNS text
        LANGUAGE sql STABLE AS $other$
        SELECT coalesce(string_agg(said.value, E'\\n' ORDER BY said.key), '')
        FROM (
            SELECT texts.key || '_' || part.key AS key, part.value
            FROM programme_releasedsession AS released, jsonb_each(released.texts) AS texts,
                jsonb_each_text(texts.value) AS part
            WHERE wanted_kind = 'session' AND released.session_id = wanted_id
                AND texts.key NOT IN ('en', 'fr', 'nl')
            UNION ALL
            SELECT part.key, part.value
            FROM (
                SELECT to_jsonb(each) AS columns, '^(function|biography)' AS texts FROM programme_speaker AS each
                    WHERE wanted_kind = 'speaker' AND each.id = wanted_id
                UNION ALL
                SELECT to_jsonb(each), '^(name|full_name)' FROM efus_conference_organisation AS each
                    WHERE wanted_kind = 'organisation' AND each.id = wanted_id
                UNION ALL
                SELECT to_jsonb(each), '^(title|summary|occasion|in_the_name_of)'
                    FROM declarations_declaration AS each
                    WHERE wanted_kind = 'declaration' AND each.id = wanted_id
                UNION ALL
                SELECT to_jsonb(each), '^(title|lead|text)' FROM archive_newsitem AS each
                    WHERE wanted_kind = 'news' AND each.id = wanted_id
            ) AS source, jsonb_each_text(source.columns) AS part
            WHERE part.key ~ (source.texts || '_[a-z]{2,3}(_[a-z]{2,4})?$')
                AND right(part.key, 3) NOT IN ('_en', '_fr', '_nl')
        ) AS said
        WHERE said.value <> ''
    $other$;
"""

COPY = """
    CREATE OR REPLACE FUNCTION search_copy(wanted_kind text, wanted_id bigint) RETURNS void
        LANGUAGE plpgsql AS $copy$
    BEGIN
        INSERT INTO archive_searchentry AS entry
            (kind, object_id, editions, names, title_en, title_fr, title_nl, text_en, text_fr, text_nl, text_other)
        SELECT kind, object_id, source.editions, source.names, source.title_en, source.title_fr, source.title_nl,
                source.text_en, source.text_fr, source.text_nl, {other}
            FROM search_source() AS source
            WHERE source.kind = wanted_kind AND source.object_id = wanted_id
        ON CONFLICT (kind, object_id) DO UPDATE SET
            editions = EXCLUDED.editions, names = EXCLUDED.names,
            title_en = EXCLUDED.title_en, title_fr = EXCLUDED.title_fr, title_nl = EXCLUDED.title_nl,
            text_en = EXCLUDED.text_en, text_fr = EXCLUDED.text_fr, text_nl = EXCLUDED.text_nl,
            text_other = EXCLUDED.text_other
        WHERE (entry.editions, entry.names, entry.title_en, entry.title_fr, entry.title_nl,
               entry.text_en, entry.text_fr, entry.text_nl, entry.text_other)
            IS DISTINCT FROM
              (EXCLUDED.editions, EXCLUDED.names, EXCLUDED.title_en, EXCLUDED.title_fr, EXCLUDED.title_nl,
               EXCLUDED.text_en, EXCLUDED.text_fr, EXCLUDED.text_nl, EXCLUDED.text_other);
        DELETE FROM archive_searchentry AS entry
            WHERE entry.kind = wanted_kind AND entry.object_id = wanted_id AND NOT EXISTS (
                SELECT FROM search_source() AS source
                WHERE source.kind = wanted_kind AND source.object_id = wanted_id);
    END
    $copy$;
"""
WITH_OTHERS = """concat_ws(E'\\n', nullif(source.text_other, ''),
                    nullif(search_other_languages(wanted_kind, wanted_id), ''))"""


class Migration(migrations.Migration):
    dependencies = [("archive", "0008_pages_stand")]

    operations = [
        migrations.RunSQL(
            OTHER_LANGUAGES + COPY.replace("{other}", WITH_OTHERS),
            COPY.replace("{other}", "source.text_other")
            + "DROP FUNCTION search_other_languages(text, bigint);",
        ),
    ]
