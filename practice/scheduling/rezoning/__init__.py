"""After a country changed its clocks: the wall time was promised, so the instant behind it moves."""
