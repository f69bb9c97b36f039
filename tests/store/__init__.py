"""The store room, tested on real files and with real processes."""
