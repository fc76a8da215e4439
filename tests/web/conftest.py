"""The toolkit's tests drive a browser over small applications of their own."""

from tests.browser import browser_type_launch_args

__all__ = ["browser_type_launch_args"]
