"""Staff pages that span features: today, the diary, the client page. They own no rules."""
