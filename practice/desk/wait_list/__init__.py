"""The wait list at the desk: who waits, whom to phone about a gap, who was offered what."""
