"""What a person may ask of the agency, and what the agency must tell (UU 27/2022)."""
