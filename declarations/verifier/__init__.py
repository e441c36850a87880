"""Programs that readers download and run elsewhere, to check a log without us: nothing of the site imports them."""
