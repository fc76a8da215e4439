"""The practice's own words in mails: what may be changed, by which rules, and every edition there was."""
