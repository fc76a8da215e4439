"""Changes that hit visits: look first, decide for each visit, and the calls that follow when somebody is out."""
