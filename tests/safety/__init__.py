"""Tests of safety at the table."""
