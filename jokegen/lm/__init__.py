"""Base models, encoding, loss, training, checkpoints and sampling: all that needs torch."""
