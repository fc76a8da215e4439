"""Several appointments booked, moved and cancelled as one act, and the rule by which they recur."""
