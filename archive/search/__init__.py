"""The search over sessions, speakers, organisations and declarations of all published editions."""
