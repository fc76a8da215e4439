"""Running behind: how late a therapist is today, and when each client can be expected to start."""
