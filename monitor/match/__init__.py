"""Reading: whom an act concerns, which stance it shows, which rule it fits. Pure."""
