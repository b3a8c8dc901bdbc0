"""``python -m advisor``."""

from advisor.doors.cli import main

if __name__ == "__main__":  # workers load the main module again, and must not run it
    main()
