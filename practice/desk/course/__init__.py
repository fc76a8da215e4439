"""Planning a plan's visits at the desk: wishes, three proposals side by side, and one act that books one of them."""
