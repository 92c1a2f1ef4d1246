"""The Dataset tab: from a file of jokes to a saved data set."""
