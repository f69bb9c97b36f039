"""The auditor's door: a logged copy of the evidence, opened in a browser, that nobody can write."""
