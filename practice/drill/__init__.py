"""A simulated year: a made-up clinic lives it on a virtual clock, and every promise about mail is counted."""
