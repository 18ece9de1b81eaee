"""One verb a file: lock, load, decide, store, say."""
