"""Schema changes, applied by ``netralitas migrate``; they are never edited once released."""
