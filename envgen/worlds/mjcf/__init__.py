"""The text of env.xml."""
