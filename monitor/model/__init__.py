"""The nouns that flow through the program: frozen, small, without input or output."""
