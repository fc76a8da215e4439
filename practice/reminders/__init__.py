"""Wanted messages, the outbox, texts and delivery."""
