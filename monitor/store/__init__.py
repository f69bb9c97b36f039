"""The one database: evidence log, register, cursors, what was seen, what is owed to whom."""
