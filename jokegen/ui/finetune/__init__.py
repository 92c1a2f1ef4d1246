"""The Fine-tune tab: settings, the run on its way, how it ended, and the runs so far."""
