"""A file of settings, run cell by cell onto the disk, and its proof."""
