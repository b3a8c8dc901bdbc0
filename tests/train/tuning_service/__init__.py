"""A fine-tuning service with OpenAI's routes and real training behind them: the double that client tests talk to."""

from tests.train.tuning_service.service import service_app

__all__ = ["service_app"]
