"""The diary of a day or a week: grid, list, feed and day sheet, and the panels that stand beside it."""
