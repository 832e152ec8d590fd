"""Work done away from the user interface: inputs, batches, progress."""
