"""The app: one file per page; the only code that imports Streamlit."""
