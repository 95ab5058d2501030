"""ValueError and IndexError as the library raises them: both are RuntimeErrors, too, since PyTorch raises now the one and now the other."""
from ._C import _IndexError as IndexError, _ValueError as ValueError  # noqa: A004,F401
