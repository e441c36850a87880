"""The one error of the embedded database."""


class EmbeddedPostgresError(Exception):
    """The embedded database can't be used; the message is one sentence for whoever started the site."""
