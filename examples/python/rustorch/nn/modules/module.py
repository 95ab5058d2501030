"""Module: what every network is a subclass of."""
import itertools
import warnings
from collections import OrderedDict, namedtuple
from collections.abc import Mapping

from ... import _C, _creation, _types
from ...autograd.function import Function
from ...autograd.guards import no_grad
from ...utils.hooks import RemovableHandle
from ..parameter import Buffer, Parameter, is_lazy

Tensor = _C.Tensor
_EXTRA = "_extra_state"


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What load_state_dict answers."""
    __slots__ = ()

    def __repr__(self):
        return super().__repr__() if self.missing_keys or self.unexpected_keys else "<All keys matched successfully>"

    __str__ = __repr__


def _add(hooks, hook, prepend=False, extra=()):
    handle = RemovableHandle(hooks, extra_dict=list(extra))
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


class _See(Function):
    """The same tensors; in the backward pass see() gets their gradients and may answer with others."""

    @staticmethod
    def forward(ctx, see, *tensors):
        ctx.see = see
        ctx.set_materialize_grads(False)
        made = tuple(t.detach() for t in tensors)
        ctx.mark_non_differentiable(*(m for m, t in zip(made, tensors) if not t.requires_grad))
        return made

    @staticmethod
    def backward(ctx, *gradients):
        return None, *ctx.see(gradients)


def _watched(values, see):
    """The tuple with its tensors watched, and where they stand; None where none of them has a gradient."""
    places = [i for i, v in enumerate(values) if isinstance(v, Tensor)]
    if not (_C.is_grad_enabled() and any(values[i].requires_grad for i in places)):
        return values, None
    found = list(values)
    for i, y in zip(places, _See.apply(see, *(values[i] for i in places))):
        found[i] = y
    return (tuple(found) if type(values) is tuple else type(values)(*found)), places


def _spread(n, places, values):
    found = [None] * n
    for i, v in zip(places, values):
        found[i] = v
    return tuple(found)


class _BackwardHooks:
    """One call's backward hooks: what arrives at its outputs is kept until the gradients of its inputs are there."""

    def __init__(self, module, hooks, pre_hooks):
        self.module, self.hooks, self.pre_hooks = module, list(hooks), list(pre_hooks)
        self.grad_outputs = None

    def inputs(self, args):
        self.n_inputs = len(args)
        args, self.input_places = _watched(args, self._at_inputs)
        return args

    def outputs(self, result):
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(f"For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received {type(result)}", stacklevel=4)
        many = isinstance(result, tuple)
        result = result if many else (result,)
        self.n_outputs = len(result)
        result, self.output_places = _watched(result, self._at_outputs)
        return result if many else result[0]

    def _at_outputs(self, gradients):
        found = _spread(self.n_outputs, self.output_places, gradients)
        for hook in self.pre_hooks:
            other = hook(self.module, found)
            if other is not None:
                other = other if isinstance(other, tuple) else (other,)
                if len(other) != len(found):
                    raise RuntimeError(f"Backward pre hook returned an invalid number of grad_output, got {len(other)}, but expected {len(found)}")
                found = other
        if self.input_places is None:
            for hook in self.hooks:
                answer = hook(self.module, (None,) * self.n_inputs, found)
                if answer is not None and not (isinstance(answer, tuple) and all(a is None for a in answer)):
                    raise RuntimeError("Backward hook for Modules where no input requires gradient should always return None or None for all gradients.")
        else:
            self.grad_outputs = found
        return tuple(found[i] for i in self.output_places)

    def _at_inputs(self, gradients):
        if self.grad_outputs is None:
            return gradients
        found = _spread(self.n_inputs, self.input_places, gradients)
        for hook in self.hooks:
            other = hook(self.module, found, self.grad_outputs)
            if other is not None:
                other = other if isinstance(other, tuple) else (other,)
                if len(other) != len(found):
                    raise RuntimeError(f"Backward hook returned an invalid number of grad_input, got {len(other)}, but expected {len(found)}")
                found = other
        self.grad_outputs = None
        return tuple(found[i] for i in self.input_places)


def _typename(x):
    return x.type() if isinstance(x, Tensor) else f"{type(x).__module__}.{type(x).__qualname__}".removeprefix("builtins.")


def _parse_to(args, kwargs):
    """to(device, dtype, non_blocking), to(dtype), to(tensor), by keyword too: (device, dtype, memory_format)"""
    device, dtype = kwargs.get("device"), kwargs.get("dtype")
    for a in (*args, *(kwargs[k] for k in ("tensor", "other") if k in kwargs)):
        if isinstance(a, Tensor):
            device, dtype = a.device, a.dtype
        elif isinstance(a, _C.dtype):
            dtype = a
        elif isinstance(a, (str, _types.device)):
            device = a
        elif a is not None and not isinstance(a, bool):
            raise TypeError(f"to() received an invalid combination of arguments - got ({type(a).__name__})")
    return device, dtype, kwargs.get("memory_format")


def _indented(text):
    first, *rest = text.split("\n")
    return "\n".join([first, *("  " + line for line in rest)])


class Module:
    """A network, or a part of one: parameters, buffers and other modules are its attributes, forward() says what it computes."""
    _version = 1
    dump_patches = False
    call_super_init = False

    def __init__(self, *args, **kwargs):
        if not self.call_super_init and kwargs:
            raise TypeError(f"{type(self).__name__}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'")
        if not self.call_super_init and args:
            raise TypeError(f"{type(self).__name__}.__init__() takes 1 positional argument but {len(args) + 1} were given")
        self.__dict__.update(
            training=True, _parameters={}, _buffers={}, _non_persistent_buffers_set=set(), _backward_pre_hooks=OrderedDict(), _backward_hooks=OrderedDict(),
            _forward_hooks=OrderedDict(), _forward_hooks_with_kwargs=OrderedDict(), _forward_hooks_always_called=OrderedDict(), _forward_pre_hooks=OrderedDict(),
            _forward_pre_hooks_with_kwargs=OrderedDict(), _state_dict_hooks=OrderedDict(), _state_dict_pre_hooks=OrderedDict(), _load_state_dict_pre_hooks=OrderedDict(),
            _load_state_dict_post_hooks=OrderedDict(), _modules={})
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def forward(self, *input):
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    # ---- the call ----

    def __call__(self, *args, **kwargs):
        own = self.__dict__
        if not (own["_forward_hooks"] or own["_forward_pre_hooks"] or own["_backward_hooks"] or own["_backward_pre_hooks"]):
            return self.forward(*args, **kwargs)
        return self._call_with_hooks(args, kwargs)

    def _call_with_hooks(self, args, kwargs):
        left = {k: self._forward_hooks[k] for k in self._forward_hooks_always_called}
        result = None
        try:
            for k, hook in list(self._forward_pre_hooks.items()):
                args, kwargs = self._after_pre_hook(k, hook, args, kwargs)
            backward = _BackwardHooks(self, self._backward_hooks.values(), self._backward_pre_hooks.values()) if self._backward_hooks or self._backward_pre_hooks else None
            if backward:
                args = backward.inputs(args)
            result = self.forward(*args, **kwargs)
            for k, hook in list(self._forward_hooks.items()):
                left.pop(k, None)
                other = self._run_hook(k, hook, args, kwargs, result)
                result = result if other is None else other
            return backward.outputs(result) if backward else result
        except Exception:
            for k, hook in left.items():
                try:
                    other = self._run_hook(k, hook, args, kwargs, result)
                    result = result if other is None else other
                except Exception as e:
                    warnings.warn("module forward hook with ``always_call=True`` raised an exception that was silenced as another error was raised in forward: "
                                  f"{e}", stacklevel=3)
            raise

    def _after_pre_hook(self, k, hook, args, kwargs):
        if k not in self._forward_pre_hooks_with_kwargs:
            other = hook(self, args)
            return args if other is None else other if isinstance(other, tuple) else (other,), kwargs
        other = hook(self, args, kwargs)
        if other is None:
            return args, kwargs
        if not (isinstance(other, tuple) and len(other) == 2):
            raise RuntimeError(f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {other}.")
        return other

    def _run_hook(self, k, hook, args, kwargs, result):
        return hook(self, args, kwargs, result) if k in self._forward_hooks_with_kwargs else hook(self, args, result)

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        handle = _add(self._forward_pre_hooks, hook, prepend, [self._forward_pre_hooks_with_kwargs])
        if with_kwargs:
            self._forward_pre_hooks_with_kwargs[handle.id] = True
        return handle

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        handle = _add(self._forward_hooks, hook, prepend, [self._forward_hooks_with_kwargs, self._forward_hooks_always_called])
        if with_kwargs:
            self._forward_hooks_with_kwargs[handle.id] = True
        if always_call:
            self._forward_hooks_always_called[handle.id] = True
        return handle

    def register_full_backward_pre_hook(self, hook, prepend=False):
        return _add(self._backward_pre_hooks, hook, prepend)

    def register_full_backward_hook(self, hook, prepend=False):
        return _add(self._backward_hooks, hook, prepend)

    # ---- attributes ----

    def __getattr__(self, name):
        own = self.__dict__
        for kind in ("_parameters", "_buffers", "_modules"):
            members = own.get(kind)
            if members is not None and name in members:
                return members[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def _forget(self, name, *kinds):
        self.__dict__.pop(name, None)
        for kind in kinds:
            self.__dict__[kind].pop(name, None)
        self._non_persistent_buffers_set.discard(name)

    def __setattr__(self, name, value):
        own = self.__dict__
        parameters, modules, buffers = own.get("_parameters"), own.get("_modules"), own.get("_buffers")
        if isinstance(value, Parameter):
            if parameters is None:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            self._forget(name, "_buffers", "_modules")
            self.register_parameter(name, value)
        elif parameters is not None and name in parameters:
            if value is not None:
                raise TypeError(f"cannot assign '{_typename(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)")
            self.register_parameter(name, None)
        elif isinstance(value, Module):
            if modules is None:
                raise AttributeError("cannot assign module before Module.__init__() call")
            self._forget(name, "_parameters", "_buffers")
            modules[name] = value
        elif modules is not None and name in modules:
            if value is not None:
                raise TypeError(f"cannot assign '{_typename(value)}' as child module '{name}' (torch.nn.Module or None expected)")
            modules[name] = None
        elif isinstance(value, Buffer) or (buffers is not None and name in buffers):
            if value is not None and not isinstance(value, Tensor):
                raise TypeError(f"cannot assign '{_typename(value)}' as buffer '{name}' (torch.nn.Buffer, torch.Tensor or None expected)")
            self.register_buffer(name, value, value.persistent if isinstance(value, Buffer) else name not in self._non_persistent_buffers_set)
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name):
        for members in (self._parameters, self._buffers, self._modules):
            if name in members:
                del members[name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self):
        names = [*dir(type(self)), *self.__dict__, *self._parameters, *self._modules, *self._buffers]
        return sorted(n for n in names if not n[0].isdigit())

    def _check_name(self, kind, name, members):
        if members not in self.__dict__:
            raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {_typename(name)}")
        if "." in name:
            raise KeyError(f"module name can't contain \".\", got: {name}" if kind == "module" else f"{kind} name can't contain \".\"")
        if name == "":
            raise KeyError(f"{kind} name can't be empty string \"\"")
        if hasattr(self, name) and name not in self.__dict__[members]:
            raise KeyError(f"attribute '{name}' already exists")

    def register_buffer(self, name, tensor, persistent=True):
        self._check_name("buffer", name, "_buffers")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"cannot assign '{_typename(tensor)}' object to buffer '{name}' (torch Tensor or None required)")
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def register_parameter(self, name, param):
        self._check_name("parameter", name, "_parameters")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(f"cannot assign '{_typename(param)}' object to parameter '{name}' (torch.nn.Parameter or None required)")
        if param is not None and not is_lazy(param) and param.grad_fn is not None:
            raise ValueError(f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. To express '{name}' as a function of "
                             "another Tensor, compute the value in the forward() method.")
        self._parameters[name] = param

    def add_module(self, name, module):
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{_typename(module)} is not a Module subclass")
        self._check_name("module", name, "_modules")
        self._modules[name] = module

    def register_module(self, name, module):
        self.add_module(name, module)

    def get_submodule(self, target):
        found = self
        for name in target.split(".") if target else ():
            if not hasattr(found, name):
                raise AttributeError(f"{found._get_name()} has no attribute `{name}`")
            found = getattr(found, name)
            if not isinstance(found, Module):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return found

    def set_submodule(self, target, module, strict=False):
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Module):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if hasattr(parent, name) and not isinstance(getattr(parent, name), Module):
            raise AttributeError(f"`{name}` is not an nn.Module")
        if strict and not hasattr(parent, name):
            raise AttributeError(f"{parent._get_name()} has no attribute `{name}`")
        setattr(parent, name, module)

    def _member(self, target, kind, word):
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
        if name not in module.__dict__[kind]:
            raise AttributeError(f"`{name}` is not {word}")
        return getattr(module, name)

    def get_parameter(self, target):
        return self._member(target, "_parameters", "an nn.Parameter")

    def get_buffer(self, target):
        return self._member(target, "_buffers", "a buffer")

    # ---- members ----

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self, remove_duplicate=True):
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_children(self):
        memo = set()
        for name, module in self._modules.items():
            if module is not None and module not in memo:
                memo.add(module)
                yield name, module

    def children(self):
        for _, module in self.named_children():
            yield module

    def _named_members(self, get_members_fn, prefix="", recurse=True, remove_duplicate=True):
        seen = set()
        for path, module in self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]:
            for name, x in get_members_fn(module):
                if x is None or id(x) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(x))
                yield f"{path}.{name}" if path else name, x

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        yield from self._named_members(lambda m: m._parameters.items(), prefix, recurse, remove_duplicate)

    def parameters(self, recurse=True):
        for _, p in self.named_parameters(recurse=recurse):
            yield p

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        yield from self._named_members(lambda m: m._buffers.items(), prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        for _, b in self.named_buffers(recurse=recurse):
            yield b

    # ---- modes and conversions ----

    def train(self, mode=True):
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        for p in self.parameters():
            if set_to_none:
                p.grad = None
            elif p.grad is not None:
                p.grad = p.grad.detach().zero_()

    def apply(self, fn):
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def _apply(self, fn, recurse=True):
        """fn of every parameter, its gradient and every buffer takes their place."""
        if recurse:
            for module in self.children():
                module._apply(fn)
        with no_grad():
            for p in self._parameters.values():
                if p is None:
                    continue
                made, grad = fn(p), p.grad
                if made is not p:
                    p.grad = None
                    p.data = made
                    p.grad = None if grad is None else fn(grad)
        for name, b in self._buffers.items():
            if is_lazy(b):
                b.data = fn(b)
            elif b is not None:
                self._buffers[name] = fn(b)
        return self

    def to(self, *args, **kwargs):
        device, dtype, memory_format = _parse_to(args, kwargs)
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}")
        _types.check_device(device)

        def convert(t):
            own = dtype if t.is_floating_point() or t.is_complex() else None
            return t.to(device, own, memory_format=memory_format) if memory_format is not None and t.dim() in (4, 5) else t.to(device, own)
        return self._apply(convert)

    def _cast(self, dtype):
        return self._apply(lambda t: t.to(dtype) if t.is_floating_point() else t)

    def float(self):
        return self._cast(_C.float32)

    def double(self):
        return self._cast(_C.float64)

    def half(self):
        return self._cast(_C.float16)

    def bfloat16(self):
        return self._cast(_C.bfloat16)

    def type(self, dst_type):
        return self._apply(lambda t: t.type(dst_type))

    def cpu(self):
        return self._apply(lambda t: t.cpu())

    def to_empty(self, *, device, recurse=True):
        return self._apply(lambda t: _creation.empty_like(t, device=device), recurse)

    def share_memory(self):
        return self._apply(lambda t: t.share_memory_())

    # ---- states ----

    def _register_state_dict_hook(self, hook):
        return _add(self._state_dict_hooks, hook)

    def register_state_dict_post_hook(self, hook):
        hook._from_public_api = True
        return _add(self._state_dict_hooks, hook)

    def register_state_dict_pre_hook(self, hook):
        return _add(self._state_dict_pre_hooks, hook)

    def _register_load_state_dict_pre_hook(self, hook, with_module=False):
        return _add(self._load_state_dict_pre_hooks, (hook, with_module))

    def register_load_state_dict_pre_hook(self, hook):
        return self._register_load_state_dict_pre_hook(hook, True)

    def register_load_state_dict_post_hook(self, hook):
        return _add(self._load_state_dict_post_hooks, hook)

    def get_extra_state(self):
        raise RuntimeError("get_extra_state(): the module has no extra state")

    def set_extra_state(self, state):
        raise RuntimeError("set_extra_state(): the module has no extra state")

    def _local_state(self):
        """Its own parameters and persistent buffers by name."""
        kept = ((k, v) for k, v in self._buffers.items() if k not in self._non_persistent_buffers_set)
        return {k: v for k, v in itertools.chain(self._parameters.items(), kept) if v is not None}

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        for name, x in self._local_state().items():
            destination[prefix + name] = x if keep_vars or is_lazy(x) else x.detach()
        if type(self).get_extra_state is not Module.get_extra_state:
            destination[prefix + _EXTRA] = self.get_extra_state()

    def state_dict(self, *args, destination=None, prefix="", keep_vars=False):
        if args:
            warnings.warn("Positional args are being deprecated, use kwargs instead.", FutureWarning, stacklevel=2)
            destination, prefix, keep_vars = (*args, *(destination, prefix, keep_vars)[len(args):])
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = metadata
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in self._state_dict_hooks.values():
            answer = hook(self, destination, prefix, metadata)
            if answer is not None:
                if getattr(hook, "_from_public_api", False):
                    raise RuntimeError("state_dict post-hook must return None")
                destination = answer
        return destination

    def _load_one(self, name, own, key, given, assign, error_msgs):
        if not isinstance(given, Tensor):
            error_msgs.append(f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint but received {type(given)}')
            return
        if not is_lazy(own):
            if own.dim() == 0 and tuple(given.shape) == (1,):
                given = given[0]
            if given.shape != own.shape:
                error_msgs.append(f"size mismatch for {key}: copying a param with shape {given.shape} from checkpoint, the shape in current model is {own.shape}.")
                return
        try:
            with no_grad():
                if not assign:
                    own.copy_(given)
                elif isinstance(own, Parameter):
                    setattr(self, name, given.requires_grad_(own.requires_grad) if isinstance(given, Parameter) else Parameter(given, own.requires_grad))
                else:
                    setattr(self, name, given)
        except Exception as e:
            error_msgs.append(f'While copying the parameter named "{key}", whose dimensions in the model are {own.size()} and whose dimensions in the checkpoint are '
                              f"{given.size()}, an exception occurred : {e.args}.")

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        for hook, with_module in self._load_state_dict_pre_hooks.values():
            hook(*((self,) if with_module else ()), state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        local = self._local_state()
        for name, x in local.items():
            if prefix + name in state_dict:
                self._load_one(name, x, prefix + name, state_dict[prefix + name], local_metadata.get("assign_to_params_buffers", False), error_msgs)
            elif strict:
                missing_keys.append(prefix + name)
        extra = prefix + _EXTRA
        if type(self).set_extra_state is not Module.set_extra_state:
            if extra in state_dict:
                self.set_extra_state(state_dict[extra])
            elif strict:
                missing_keys.append(extra)
        elif strict and extra in state_dict:
            unexpected_keys.append(extra)
        for key in state_dict if strict else ():
            if key.startswith(prefix) and key != extra:
                name, dot, _ = key[len(prefix):].partition(".")
                if name not in (self._modules if dot else local):
                    unexpected_keys.append(key)

    def load_state_dict(self, state_dict, strict=True, assign=False):
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        missing, unexpected, errors = [], [], []
        metadata = getattr(state_dict, "_metadata", None)
        state = OrderedDict(state_dict)
        if metadata is not None:
            state._metadata = metadata

        def load(module, part, prefix):
            local = dict(metadata.get(prefix[:-1], {})) if metadata is not None else {}
            if assign:
                local["assign_to_params_buffers"] = True
            module._load_from_state_dict(part, prefix, local, True, missing, unexpected, errors)
            for name, child in module._modules.items():
                if child is not None:
                    path = f"{prefix}{name}."
                    load(child, {k: v for k, v in part.items() if k.startswith(path)}, path)
            for hook in module._load_state_dict_post_hooks.values():
                if hook(module, _IncompatibleKeys(missing, unexpected)) is not None:
                    raise AssertionError("Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values, if incompatible_keys need to "
                                         "be modified, it should be done inplace.")

        load(self, state, "")
        if strict:
            for word, keys in (("Unexpected", unexpected), ("Missing", missing)):
                if keys:
                    names = ", ".join(f'"{k}"' for k in keys)
                    errors.insert(0, f"{word} key(s) in state_dict: {names}. ")
        if errors:
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t" + "\n\t".join(errors))
        return _IncompatibleKeys(missing, unexpected)

    # ---- showing ----

    def _get_name(self):
        return type(self).__name__

    def extra_repr(self):
        return ""

    def __repr__(self):
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [f"({name}): {_indented(repr(module))}" for name, module in self._modules.items()]
        if len(lines) == 1 and not children:
            return f"{self._get_name()}({extra})"
        inner = "".join(f"\n  {line}" for line in lines + children)
        return f"{self._get_name()}({inner}\n)" if inner else f"{self._get_name()}()"

    def compile(self, *args, **kwargs):
        """Nothing to do: there is nothing to compile in Python."""
