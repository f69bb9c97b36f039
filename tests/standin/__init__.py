"""Servers that stand in for ones a test may not reach. Their notion of the API is not ours."""
