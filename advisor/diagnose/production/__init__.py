"""Production samples as they lie with people: rows, tables and exports of tracing tools in, one frame out."""
