"""Conversations as pure data."""
