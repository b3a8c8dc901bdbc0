"""OpenAI's files and fine_tuning.jobs routes on this machine, with the local trainer behind them."""

from advisor.train.api_server.service import service_app

__all__ = ["service_app"]
