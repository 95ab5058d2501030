"""Context managers that are decorators too: no_grad, enable_grad, set_grad_enabled, inference_mode, detect_anomaly."""
import functools
import inspect

from .. import _C


class _Guard:
    def __call__(self, f):
        if inspect.isclass(f):
            f.__init__ = self(f.__init__)
            return f
        if inspect.isgeneratorfunction(f):
            @functools.wraps(f)
            def steps(*args, **named):
                with self._again():
                    made = f(*args, **named)
                answer = None
                while True:
                    try:
                        with self._again():
                            item = made.send(answer)
                    except StopIteration as end:
                        return end.value
                    answer = yield item
            return steps

        @functools.wraps(f)
        def guarded(*args, **named):
            with self._again():
                return f(*args, **named)
        return guarded

    def _again(self):
        return type(self)()


class no_grad(_Guard):
    """Within, nothing goes on the tape."""
    _on = False

    def __new__(cls, f=None):
        return super().__new__(cls) if f is None else super().__new__(cls)(f)

    def __init__(self, f=None):
        pass

    def __enter__(self):
        self._before = _C.is_grad_enabled()
        _C._set_grad_enabled(self._on)

    def __exit__(self, *_):
        _C._set_grad_enabled(self._before)
        return False


class enable_grad(no_grad):
    """Within, operations go on the tape again."""
    _on = True


class set_grad_enabled(_Guard):
    """On or off from now on, or within."""

    def __init__(self, mode):
        self._before = _C.is_grad_enabled()
        self.mode = mode
        _C._set_grad_enabled(mode)

    def __call__(self, f):
        _C._set_grad_enabled(self._before)
        return super().__call__(f)

    def __enter__(self):
        _C._set_grad_enabled(self.mode)

    def __exit__(self, *_):
        _C._set_grad_enabled(self._before)
        return False

    def _again(self):
        return set_grad_enabled(self.mode)


class inference_mode(_Guard):
    """As no_grad; and new tensors do not count writes."""

    def __new__(cls, mode=True):
        return super().__new__(cls)(mode) if callable(mode) else super().__new__(cls)

    def __init__(self, mode=True):
        self.mode = True if callable(mode) else mode

    def __enter__(self):
        self._before = _C.is_inference_mode_enabled(), _C.is_grad_enabled()
        _C._set_inference_mode(self.mode)
        _C._set_grad_enabled(not self.mode)

    def __exit__(self, *_):
        _C._set_inference_mode(self._before[0])
        _C._set_grad_enabled(self._before[1])
        return False

    def _again(self):
        return inference_mode(self.mode)


class detect_anomaly:
    """Within, a backward pass that makes NaN is refused and says where."""

    def __init__(self, mode=True, check_nan=True):
        self.mode = mode
        self._before = _C.is_anomaly_enabled()

    def __enter__(self):
        _C._set_anomaly_enabled(self.mode)

    def __exit__(self, *_):
        _C._set_anomaly_enabled(self._before)
        return False


class set_detect_anomaly(detect_anomaly):
    def __init__(self, mode, check_nan=True):
        super().__init__(mode, check_nan)
        _C._set_anomaly_enabled(mode)
