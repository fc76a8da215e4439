"""How time is taken: rules judged, a place chosen and claimed under the diaries' locks."""
