"""What a browser sends of the inlines it left empty, on the admin's pages of sessions and speakers."""

OTHER_INLINES = {
    f"{inline}-{count}": 0
    for inline in ("materials", "consent_events", "links")
    for count in ("TOTAL_FORMS", "INITIAL_FORMS")
}
