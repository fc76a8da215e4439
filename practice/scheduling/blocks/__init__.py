"""Time on diaries without a client: meetings, lunch, paperwork, training, rooms being cleaned; once or every week."""
