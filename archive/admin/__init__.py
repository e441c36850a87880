from archive.admin.editions import EditionAdmin

__all__ = ["EditionAdmin"]
