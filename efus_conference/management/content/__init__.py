"""What `load_content` loads: the archive as `efus_conference/content/` gives it, and the demonstration edition."""
