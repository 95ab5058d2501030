"""Optimizer: groups of parameters, what is remembered of each parameter, and everything round a step but the step."""
import collections
import copy
import functools
import itertools
import warnings

from .. import _C, typename
from ..autograd import enable_grad
from ..utils.hooks import RemovableHandle

Tensor = _C.Tensor


class _Required:
    def __repr__(self):
        return "<required parameter>"


required = _Required()

_every_pre_hook = collections.OrderedDict()
_every_post_hook = collections.OrderedDict()


def _register(hooks, hook, prepend=False):
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def register_optimizer_step_pre_hook(hook):
    """hook(optimizer, args, kwargs) before each step of any optimiser."""
    return _register(_every_pre_hook, hook)


def register_optimizer_step_post_hook(hook):
    """hook(optimizer, args, kwargs) after each step of any optimiser."""
    return _register(_every_post_hook, hook)


def _hooked(step):
    """The method step of a subclass between its hooks."""
    @functools.wraps(step)
    def run(self, *args, **named):
        for hook in (*_every_pre_hook.values(), *self._optimizer_step_pre_hooks.values()):
            given = hook(self, (self, *args), named)
            if given is None:
                continue
            if not isinstance(given, tuple) or len(given) != 2:
                raise RuntimeError(f"{step} must return None or a tuple of (new_args, new_kwargs), but got {given}.")
            (self, *args), named = given
        answer = step(self, *args, **named)
        self._opt_called = True
        for hook in (*self._optimizer_step_post_hooks.values(), *_every_post_hook.values()):
            hook(self, (self, *args), named)
        return answer
    run.hooked = True
    return run


_HOOKS = tuple(f"_optimizer_{name}_hooks" for name in ("step_pre", "step_post", "state_dict_pre", "state_dict_post", "load_state_dict_pre", "load_state_dict_post"))


class Optimizer:
    """The base of all optimisers. A subclass gives defaults and step()."""

    def __init_subclass__(cls, **named):
        super().__init_subclass__(**named)
        if "step" in vars(cls) and not getattr(cls.step, "hooked", False):
            cls.step = _hooked(cls.step)

    def __init__(self, params, defaults):
        self.defaults = defaults
        self._make_hooks()
        if isinstance(params, Tensor):
            raise TypeError(f"params argument given to the optimizer should be an iterable of Tensors or dicts, but got {typename(params)}")
        self.state = collections.defaultdict(dict)
        self.param_groups = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    def _make_hooks(self):
        for name in _HOOKS:
            self.__dict__.setdefault(name, collections.OrderedDict())

    def __getstate__(self):
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._make_hooks()
        self.defaults.setdefault("differentiable", False)

    def __repr__(self):
        lines = [type(self).__name__ + " ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join(lines) + "\n)"

    # ---- groups ----

    def add_param_group(self, param_group):
        """One more group: a dict with "params" and whatever differs from the defaults."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError("optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets will change between runs. "
                            "Please use a list instead.")
        params = [params] if isinstance(params, Tensor) else list(params)
        names = [p[0] for p in params if isinstance(p, tuple)]
        if names and len(names) != len(params):
            raise ValueError("all optimizer params should be with/without names. Some param names are missing")
        params = [p[1] for p in params] if names else params
        for p in params:
            self._check_param(p)
        param_group["params"] = params
        if names:
            param_group["param_names"] = names
        for name, value in self.defaults.items():
            if value is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, value)
        if len(set(params)) != len(params):
            warnings.warn("optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                          "see github.com/pytorch/pytorch/issues/40967 for more information", stacklevel=3)
        self._check_group(param_group)
        self.param_groups.append(param_group)

    def _check_param(self, p):
        if not isinstance(p, Tensor):
            raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {typename(p)}")
        if not (self.defaults.get("differentiable") or p.is_leaf or p.retains_grad):
            raise ValueError("can't optimize a non-leaf Tensor")

    def _check_group(self, new):
        here = set()
        for group in self.param_groups:
            here.update(group["params"])
            if ("param_names" in new) != ("param_names" in group):
                raise ValueError("all optimizer param groups should be with/without names. "
                                 f"cannot add param group {'with' if 'param_names' in new else 'without'} names to the optimizer")
        if not here.isdisjoint(new["params"]):
            raise ValueError("some parameters appear in more than one parameter group")

    # ---- hooks ----

    def register_step_pre_hook(self, hook):
        """hook(optimizer, args, kwargs) before each step: None, or other arguments for it."""
        return _register(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook):
        """hook(optimizer, args, kwargs) after each step."""
        return _register(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook, prepend=False):
        """hook(optimizer) before state_dict()."""
        return _register(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook, prepend=False):
        """hook(optimizer, state_dict) after state_dict(): None, or what it answers instead."""
        return _register(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook, prepend=False):
        """hook(optimizer, state_dict) before load_state_dict(): None, or what is loaded instead."""
        return _register(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook, prepend=False):
        """hook(optimizer) after load_state_dict()."""
        return _register(self._optimizer_load_state_dict_post_hooks, hook, prepend)

    # ---- saving ----

    def state_dict(self):
        """{"state": what is remembered of each parameter, by its number; "param_groups": the groups, with numbers for parameters}"""
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        number, groups = {}, []
        for group in self.param_groups:
            for p in group["params"]:
                number.setdefault(id(p), len(number))
            groups.append({k: v for k, v in group.items() if k != "params"} | {"params": [number[id(p)] for p in group["params"]]})
        state = {number[id(k)] if isinstance(k, Tensor) else k: v for k, v in self.state.items()}
        made = {"state": state, "param_groups": groups}
        for hook in self._optimizer_state_dict_post_hooks.values():
            answer = hook(self, made)
            made = made if answer is None else answer
        return made

    def load_state_dict(self, state_dict):
        """Takes over what state_dict() has answered; tensors are brought to the parameters' dtypes."""
        state_dict = state_dict.copy()
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            answer = hook(self, state_dict)
            state_dict = state_dict if answer is None else answer
        groups = copy.deepcopy(state_dict["param_groups"])
        if len(groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(a["params"]) != len(b["params"]) for a, b in zip(groups, self.param_groups)):
            raise ValueError("loaded state dict contains a parameter group that doesn't match the size of optimizer's group")
        param = {}
        for new, old in zip(groups, self.param_groups):
            param.update(zip(new["params"], old["params"]))
            new["params"] = old["params"]
            if "param_names" in old:
                new.setdefault("param_names", old["param_names"])
        state = collections.defaultdict(dict)
        for k, value in state_dict["state"].items():
            if k in param:
                state[param[k]] = _cast(param[k], value)
            else:
                state[k] = value
        self.__setstate__({"state": state, "param_groups": groups})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)

    # ---- use ----

    def zero_grad(self, set_to_none=True):
        """Forgets the gradients, or makes them zero where they lie."""
        for p in itertools.chain.from_iterable(group["params"] for group in self.param_groups):
            if set_to_none:
                p.grad = None
            elif (g := p.grad) is not None:
                g.detach_() if g.grad_fn is not None else g.requires_grad_(False)
                g.zero_()

    def step(self, closure=None):
        """Moves every parameter that has a gradient. closure computes the loss and the gradients anew, and its answer is step's."""
        raise NotImplementedError


def _cast(param, value, key=None):
    if isinstance(value, Tensor):
        return value.to(param.dtype) if key != "step" and param.is_floating_point() else value
    if isinstance(value, dict):
        return {k: _cast(param, v, k) for k, v in value.items()}
    return type(value)(_cast(param, v) for v in value) if isinstance(value, (list, tuple)) else value


def run_closure(closure):
    if closure is None:
        return None
    with enable_grad():
        return closure()


def with_gradients(group):
    """The group's parameters that have gradients, with them."""
    for p in group["params"]:
        if (g := p.grad) is not None:
            yield p, g


def real(x):
    """Complex numbers as pairs of real ones in the same memory; what an update runs over."""
    return _C._functions["view_as_real"](x.detach()) if x.is_complex() else x


def check_way(foreach, differentiable, fused):
    """All ways of stepping give one result here, but none lets gradients through."""
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
    if differentiable:
        raise NotImplementedError("differentiable=True: gradients do not pass through a step here")
