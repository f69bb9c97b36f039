"""The page on which the person concerned answers: loopback, no script, no cookie, no upload."""
