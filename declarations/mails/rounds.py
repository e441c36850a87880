"""Mails of a campaign: to many offices at once, and what reminds them."""
