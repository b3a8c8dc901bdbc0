"""Why a tuned model sounds wrong: training rows, evaluation rows and production samples in, ranked causes and rows out."""
