"""The session note: drafts, consent, signing, what is added later, and the proof that nothing was altered."""
