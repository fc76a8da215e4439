"""When somebody could come: the set-up and diaries read, and the pure rules that offer or refuse a start."""
