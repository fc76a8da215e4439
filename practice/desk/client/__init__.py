"""Finding a client, and the page of one."""
