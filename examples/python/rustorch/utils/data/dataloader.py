"""DataLoader: a dataset in batches."""
import collections
import concurrent.futures
import threading
import warnings

from .collate import default_collate, default_convert
from .dataset import IterableDataset
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, draw_seed

_worker = threading.local()


class WorkerInfo:
    """What get_worker_info() answers within a worker."""

    def __init__(self, **numbers):
        self.__dict__.update(numbers)

    def __repr__(self):
        return f"WorkerInfo({', '.join(f'{k}={v}' for k, v in self.__dict__.items())})"


def get_worker_info():
    """Within a worker: its id, num_workers, seed and dataset. Elsewhere None."""
    return getattr(_worker, "info", None)


class _Forever(Sampler):
    def __iter__(self):
        while True:
            yield None


class DataLoader:
    """Batches of a dataset.

    num_workers counts threads of this process, which fetch batches ahead (prefetch_factor each) and hand them over in order: they help where fetching
    waits for files or is spent in the library, which lets other threads run. They share the dataset with its caller, draw from the one default
    generator, and so should a dataset that draws by itself have one generator a worker (worker_init_fn). An IterableDataset has one worker at most.
    """

    _fixed = False

    def __init__(self, dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0, collate_fn=None, pin_memory=False, drop_last=False,
                 timeout=0, worker_init_fn=None, multiprocessing_context=None, generator=None, *, prefetch_factor=None, persistent_workers=False,
                 pin_memory_device="", in_order=True):
        iterable = isinstance(dataset, IterableDataset)
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers, multiprocessing_context, iterable)
        _check_batches(iterable, batch_size, shuffle, sampler, batch_sampler, drop_last)
        if pin_memory:
            warnings.warn("'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.", stacklevel=2)
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order
        self.persistent_workers = persistent_workers
        self.generator = generator
        self._iterable = iterable
        if sampler is None:
            sampler = _Forever() if iterable else RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_sampler is not None:
            batch_size = None
        elif batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.collate_fn = collate_fn if collate_fn is not None else default_convert if batch_sampler is None else default_collate
        self._fixed = True

    def __setattr__(self, name, value):
        if self._fixed and name in ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"):
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(name, value)

    @property
    def _index_sampler(self):
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def __iter__(self):
        return _Ahead(self) if self.num_workers else _Here(self)

    def __len__(self):
        if not self._iterable:
            return len(self._index_sampler)
        n = len(self.dataset)
        if self.batch_size is None:
            return n
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)


def _check_workers(num_workers, timeout, prefetch_factor, persistent_workers, context, iterable):
    if num_workers < 0:
        raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
    if timeout < 0:
        raise ValueError("timeout option should be non-negative")
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError("prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable multiprocessing, "
                         "otherwise set prefetch_factor to None.")
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError("prefetch_factor option should be non-negative")
    if persistent_workers and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")
    if context is not None:
        if num_workers == 0:
            raise ValueError(f"multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got num_workers={num_workers}")
        raise NotImplementedError("multiprocessing_context: workers are threads here, and have none")
    if iterable and num_workers > 1:
        raise NotImplementedError(f"num_workers={num_workers}: an IterableDataset has one iterator here, and so one worker at most")


def _check_batches(iterable, batch_size, shuffle, sampler, batch_sampler, drop_last):
    if iterable:
        for name, value in (("shuffle", shuffle or None), ("sampler", sampler), ("batch_sampler", batch_sampler)):
            if value is not None:
                raise ValueError(f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}")
    if sampler is not None and shuffle:
        raise ValueError("sampler option is mutually exclusive with shuffle")
    if batch_sampler is not None:
        if batch_size != 1 or shuffle or sampler is not None or drop_last:
            raise ValueError("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last")
    elif batch_size is None and drop_last:
        raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")


class _Here:
    """One pass over a loader."""

    def __init__(self, loader):
        self._loader = loader
        self._indices = iter(loader._index_sampler)
        self._base_seed = draw_seed(loader.generator)
        self._samples = iter(loader.dataset) if loader._iterable else None
        self._ended = False

    def __iter__(self):
        return self

    def __len__(self):
        return len(self._loader._index_sampler)

    def __next__(self):
        return self._fetch(next(self._indices))

    def _fetch(self, index):
        loader, dataset = self._loader, self._loader.dataset
        if self._samples is not None:
            samples = self._next_samples(index)
        elif loader.batch_sampler is None:
            samples = dataset[index]
        elif callable(getattr(dataset, "__getitems__", None)):
            samples = dataset.__getitems__(index)
        else:
            samples = [dataset[i] for i in index]
        return loader.collate_fn(samples)

    def _next_samples(self, index):
        """As many of an iterable dataset's samples as index is long."""
        if self._loader.batch_sampler is None:
            return next(self._samples)
        samples = []
        while not self._ended and len(samples) < len(index):
            try:
                samples.append(next(self._samples))
            except StopIteration:
                self._ended = True
        if not samples or self._loader.drop_last and len(samples) < len(index):
            raise StopIteration
        return samples


class _Ahead(_Here):
    """The same by threads, some batches ahead."""

    def __init__(self, loader):
        super().__init__(loader)
        self._numbers = iter(range(loader.num_workers))
        self._pool = concurrent.futures.ThreadPoolExecutor(loader.num_workers, "rustorch-loader", self._begin)
        self._coming = collections.deque()
        self._room = max(1, loader.num_workers * loader.prefetch_factor)
        self._fill()

    def _begin(self):
        loader, number = self._loader, next(self._numbers)
        _worker.info = WorkerInfo(id=number, num_workers=loader.num_workers, seed=self._base_seed + number, dataset=loader.dataset)
        if loader.worker_init_fn is not None:
            loader.worker_init_fn(number)

    def _task(self, index):
        try:
            return self._fetch(index), False
        except StopIteration:
            return None, True

    def _fill(self):
        while len(self._coming) < self._room and (index := next(self._indices, self)) is not self:
            self._coming.append(self._pool.submit(self._task, index))

    def __next__(self):
        if not self._coming:
            self._end()
            raise StopIteration
        try:
            batch, ended = self._coming.popleft().result(self._loader.timeout or None)
        except concurrent.futures.TimeoutError:
            self._end()
            raise RuntimeError(f"DataLoader timed out after {self._loader.timeout} seconds") from None
        except BaseException:
            self._end()
            raise
        if ended:
            self._end()
            raise StopIteration
        self._fill()
        return batch

    def _end(self):
        self._coming.clear()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def __del__(self):
        if hasattr(self, "_pool"):
            self._end()
