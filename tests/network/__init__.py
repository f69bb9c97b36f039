"""Tests against a real Bluesky network: identity directory and personal data server."""
