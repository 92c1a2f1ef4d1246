"""The joke doctor: what can be wrong with jokes, and how it is mended."""
