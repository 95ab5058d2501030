"""Optimisers and learning rate schedules under torch.optim's names."""
from . import lr_scheduler, swa_utils  # noqa: F401
from .adam import Adam, AdamW
from .optimizer import Optimizer
from .sgd import SGD

__all__ = ["Adam", "AdamW", "Optimizer", "SGD", "lr_scheduler", "swa_utils"]
