"""`python -m efus_conference.embedded_postgres stop-unused DATA_DIR`."""

import sys
from pathlib import Path

from . import EmbeddedPostgresError, stop_unused

if len(sys.argv) != 3 or sys.argv[1] != "stop-unused":
    sys.exit(__doc__)
try:
    stopped = stop_unused(Path(sys.argv[2]))
except (EmbeddedPostgresError, OSError) as error:
    sys.exit(str(error))
sys.exit(0 if stopped else "The database is in use and runs on.")
