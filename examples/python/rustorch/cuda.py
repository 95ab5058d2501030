"""What scripts ask of CUDA: there is none in this build."""


def is_available():
    return False


def device_count():
    return 0


def is_initialized():
    return False


def manual_seed(seed):
    """Nothing to seed, as in PyTorch where there is no device."""


def manual_seed_all(seed):
    """Nothing to seed, as in PyTorch where there is no device."""


def empty_cache():
    """Nothing to empty."""


def synchronize(device=None):
    raise RuntimeError("there is no CUDA device in this build")


def current_device():
    raise RuntimeError("there is no CUDA device in this build")
