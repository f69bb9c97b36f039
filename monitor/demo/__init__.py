"""An invented province served over loopback HTTP, to see the real daemon work."""
