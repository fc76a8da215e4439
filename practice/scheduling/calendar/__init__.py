"""What a calendar draws: the appointments of some days and the hours at which nobody can be booked."""
