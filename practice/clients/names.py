"""How a client is called."""


def called_name(first_name: str, preferred_name: str, last_name: str) -> str:
    """Return the name the desk calls: preferred (or first) and last name."""
    return f"{preferred_name or first_name} {last_name}".strip()
