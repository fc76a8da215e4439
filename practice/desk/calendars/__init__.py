"""Who may follow a diary from a calendar of his own: the pages of its secret address."""
