"""One verb per file: lock, load, decide, store, say."""
