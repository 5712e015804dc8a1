"""What is kept: conversations in one SQLite file, users in another."""
