"""The section that shows the figures of the jokes, and what they mean."""
