"""Brings jokes that are elsewhere to this computer: links, Hugging Face data sets, pasted text."""
