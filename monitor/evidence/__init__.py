"""Evidence: capturing one act, keeping its files under salted names, verifying all of it."""
