"""A therapist's own day: the next client and what to know before the door opens."""
