"""Keeping time free without a client: the panel in which it is asked for, changed and given back."""
