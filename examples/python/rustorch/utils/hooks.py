"""Handles of registered hooks."""
import itertools
import weakref

_numbers = itertools.count()


class RemovableHandle:
    """Takes a hook out of the table it stands in: by remove(), or by leaving the handle as a context."""

    def __init__(self, hooks_dict, *, extra_dict=None):
        self.id = next(_numbers)
        self._tables = [weakref.ref(d) for d in (hooks_dict, *_listed(extra_dict))]

    def remove(self):
        for table in self._tables:
            hooks = table()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


def _listed(extra):
    return extra if isinstance(extra, list) else [] if extra is None else [extra]
