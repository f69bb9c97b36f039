"""What people decide about a case: which step may follow, and who may take it."""
