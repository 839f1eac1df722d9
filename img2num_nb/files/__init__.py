"""Files that are whole or not there, and palette files."""
