"""Judging: readings and facts in, findings out. Pure; it never decides guilt."""
