"""The report as one HTML file: its template, style sheet and script, and their data."""
