"""The page on which jokes are looked through, mended and measured before they are saved."""
