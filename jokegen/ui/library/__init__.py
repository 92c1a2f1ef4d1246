"""The library of saved data sets, within the Dataset tab."""
