"""A declaration with its signatories as one sealed PDF in each of the site's languages.

`contents` says what stands in it and `articles` how its text is handed to the typesetter; both read public rows alone.
The worker makes and keeps it (`declarations.actions.sealing`), never a request. docs/sealed.md says what it proves.
"""
