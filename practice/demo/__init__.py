"""The fictional practice that ``practice demo`` opens: who works and comes there, and its diary up to this minute."""
