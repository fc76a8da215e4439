"""Safety at the desk: the form on the tablet, what callers say, and for clinical roles flags and clearances."""
