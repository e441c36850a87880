"""Pictures of the site for the documentation, each walk a module of its own."""
