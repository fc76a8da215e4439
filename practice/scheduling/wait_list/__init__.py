"""Who waits for a time, who is offered one that is free, and why."""
