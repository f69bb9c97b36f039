"""Reading platforms: one file per platform behind one protocol, a registry and a gate."""
