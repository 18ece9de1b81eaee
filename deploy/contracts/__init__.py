"""What is generated from the catalog of events: golden JSON schemas and the AsyncAPI document."""
