"""Ratios against floors measured in the same run; ``script/bench`` prints them."""
