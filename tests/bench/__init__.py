"""Speed. Every figure stands beside a reference that ran on the same machine in the same run."""
