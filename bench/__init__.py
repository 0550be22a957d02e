"""Comparisons with other libraries: `make bench`. Not part of what is served."""
