"""The safety gate on the diary: asked by every booking, asked again over all that is booked, and the way out of it."""
