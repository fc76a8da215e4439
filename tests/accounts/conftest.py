"""Makes pytest-playwright drive the machine's Chromium."""

from tests.browser import browser_type_launch_args

__all__ = ["browser_type_launch_args"]
