"""Merging the records of one person, and taking it back."""
