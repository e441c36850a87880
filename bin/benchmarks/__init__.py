"""What bin/bench runs. Python's standard library alone, but for what runs inside the site (served/, inside.py)."""
