"""What an answer says: sections, findings, body region."""
