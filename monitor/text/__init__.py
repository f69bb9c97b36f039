"""Text as people write it, made comparable: folding, tokens, word forms, hashtags, indexes."""
