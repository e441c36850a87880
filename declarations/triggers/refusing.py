from __future__ import annotations


def refuse(name: str, why: str) -> str:
    return f"RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"
