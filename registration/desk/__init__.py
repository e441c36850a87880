"""What the desk reads and is told: its list, the days it counts, and what a device sends. Nothing here changes rows."""
