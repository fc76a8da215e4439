"""The booking panel: from a draft to a booked time, and the calls set aside on the way."""
