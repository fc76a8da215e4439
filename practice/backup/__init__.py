"""Backups: one snapshot of every table in an encrypted archive that either database can be restored from."""
