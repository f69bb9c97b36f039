"""Measurements of the reader: labelled files, expectations, alert rates, fairness."""
