from __future__ import annotations


def refuse(name: str, why: str) -> str:
    """The statement that ends a trigger, with the rule's name as its constraint."""
    return f"RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"


def mailbox_of(column: str) -> str:
    """An address as its mail server reads it: without case, and without what follows a plus sign."""
    return f"regexp_replace(lower({column}), '[+][^@]*@', '@')"
