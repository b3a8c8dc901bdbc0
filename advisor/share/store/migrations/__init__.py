"""How the library's tables came to be; one file per step under ``versions/``."""
