"""Sagas: local transactions and remote calls in turn, never one inside the other."""
