"""Writes frozen_optim.h: where torch.optim takes parameters of 21 elements in 24 steps.

Parameters and gradients are numbers without rounding that the test makes too: see start() and gradient() below. A group's parameter has
no gradient in every fifth step, the group's number says which, and all learning rates are halved after half the steps.

usage: python freeze_optim.py > frozen_optim.h      (torch 2.13)
"""
import math

import torch

# On some processors PyTorch's square root, which is MKL's, is a unit in the last place off for one number in five. Here it is exact, as on
# the others.
torch.Tensor.sqrt = lambda x: torch.tensor([math.sqrt(v) for v in x.tolist()], dtype=torch.float64).to(x.dtype)

SIZE, STEPS = 21, 24
F32, F64 = torch.float32, torch.float64

SETS = [  # optimisers: a dtype, then for each group a rule, lr, and options by their names in PyTorch, which are RusTorch's; betas in two
    (F32, ("sgd", 0.1, {})),
    (F32, ("sgd", 0.1, {"weight_decay": 0.25, "maximize": True})),
    (F32, ("sgd", 0.05, {"momentum": 0.9})),
    (F32, ("sgd", 0.05, {"momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01})),
    (F32, ("sgd", 0.05, {"momentum": 0.7, "weight_decay": 0.1, "nesterov": True})),
    (F64, ("sgd", 0.05, {"momentum": 0.9, "nesterov": True, "maximize": True})),
    (F64, ("sgd", 0.05, {"momentum": 0.5, "dampening": -0.5, "weight_decay": 0.3})),
    (F32, ("adam", 1e-3, {})),
    (F32, ("adam", 0.02, {"beta1": 0.4, "beta2": 0.95, "eps": 1e-3})),
    (F32, ("adam", 0.01, {"weight_decay": 0.2, "maximize": True})),
    (F32, ("adam", 0.01, {"beta1": 0.0, "beta2": 0.0})),
    (F32, ("adam", 0.02, {"beta2": 0.6, "weight_decay": 0.1, "amsgrad": True})),
    (F64, ("adam", 1e-3, {})),
    (F64, ("adam", 0.01, {"beta1": 0.3, "weight_decay": 0.05})),
    (F64, ("adam", 0.01, {"beta2": 0.7, "amsgrad": True, "maximize": True})),
    (F32, ("adamw", 1e-3, {})),
    (F32, ("adamw", 0.02, {"weight_decay": 0.3, "beta2": 0.5, "amsgrad": True})),
    (F32, ("adamw", 0.02, {"weight_decay": 0.0, "maximize": True})),
    (F64, ("adamw", 0.01, {})),
    (F64, ("adamw", 0.02, {"weight_decay": 0.2, "beta1": 0.6, "beta2": 0.9, "eps": 1e-4, "amsgrad": True})),
    (F32, ("sgd", 0.1, {}), ("sgd", 0.02, {"momentum": 0.9, "nesterov": True}), ("sgd", 0.05, {"weight_decay": 0.1, "maximize": True})),
    (F64, ("sgd", 0.1, {"momentum": 0.8}), ("sgd", 0.02, {"weight_decay": 0.5})),
    (F32, ("adamw", 1e-3, {}), ("adamw", 0.01, {"weight_decay": 0.0}), ("adamw", 0.03, {"beta1": 0.5, "beta2": 0.6, "amsgrad": True})),
    (F64, ("adam", 0.01, {"amsgrad": True}), ("adam", 0.02, {"weight_decay": 0.1, "eps": 1e-5})),
]
RULES = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
OPTIONS = ["momentum", "dampening", "beta1", "beta2", "eps", "weight_decay", "nesterov", "amsgrad", "maximize"]


def start(dtype, group):
    return torch.tensor([((i + group) * 7 % 13 - 6) / 8 for i in range(SIZE)], dtype=dtype)


def gradient(dtype, group, t):
    return torch.tensor([(i * 5 + (t + group) * 3) % 11 - 5 for i in range(SIZE)], dtype=dtype) / torch.tensor([1024 if i % 3 == 0 else 16 for i in range(SIZE)])


def torch_options(options):
    options = dict(options)
    if "beta1" in options or "beta2" in options:
        options["betas"] = (options.pop("beta1", 0.9), options.pop("beta2", 0.999))
    return options


def numbers(x):
    return "{ " + ", ".join("%.17g" % v for v in x.detach().tolist()) + " }"


def full(rule, options):
    return {"momentum": 0.0, "dampening": 0.0, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01 if rule == "adamw" else 0.0,
            "nesterov": False, "amsgrad": False, "maximize": False, **options}


print("/* Made by freeze_optim.py with torch %s; not to be edited. */" % torch.__version__.split("+")[0])
print()
print("enum { FROZEN_OPTIM_SIZE = %d, FROZEN_OPTIM_STEPS = %d };" % (SIZE, STEPS))
print()
print("typedef enum frozen_rule { FROZEN_SGD, FROZEN_ADAM, FROZEN_ADAMW } frozen_rule;")
print()
print("/* A group of an optimiser: its rule, how many steps its parameter took, and where the parameter was after the first step, after the last,")
print(" * and then its states: momentum_buffer, or exp_avg, exp_avg_sq and max_exp_avg_sq. */")
print("typedef struct frozen_group {")
print("    int set, group, n_steps;")
print("    frozen_rule rule;")
print("    rt_dtype dtype;")
print("    double lr, momentum, dampening, beta1, beta2, eps, weight_decay;")
print("    bool nesterov, amsgrad, maximize;")
print("    double first[FROZEN_OPTIM_SIZE], last[FROZEN_OPTIM_SIZE], state[3][FROZEN_OPTIM_SIZE];")
print("} frozen_group;")
print()
print("static const frozen_group frozen_groups[] = {")
for number, (dtype, *groups) in enumerate(SETS):
    params = [start(dtype, k).requires_grad_() for k in range(len(groups))]
    o = RULES[groups[0][0]]([{"params": [p], "lr": lr, **torch_options(options)} for p, (_, lr, options) in zip(params, groups)])
    after = [[] for _ in groups]
    for t in range(STEPS):
        for k, p in enumerate(params):
            p.grad = None if t % 5 == k + 1 else gradient(dtype, k, t)
        if t == STEPS // 2:
            for g in o.param_groups:
                g["lr"] *= 0.5
        o.step()
        for k, p in enumerate(params):
            after[k].append(p.detach().clone())
    for k, (rule, lr, options) in enumerate(groups):
        state = o.state_dict()["state"].get(k, {})
        names = ["momentum_buffer"] if options.get("momentum") else []
        if rule != "sgd":
            names = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * options.get("amsgrad", False)
            assert state["step"].item() == sum(t % 5 != k + 1 for t in range(STEPS)) and state["step"].dtype == torch.float32
        assert sorted(names + ["step"] * (rule != "sgd")) == sorted(n for n, v in state.items() if v is not None)
        states = [state[n] for n in names] + [torch.zeros(SIZE)] * (3 - len(names))
        values = [str(v).lower() if isinstance(v, bool) else "%.17g" % v for v in (full(rule, options)[name] for name in OPTIONS)]
        print("    { %d, %d, %d, FROZEN_%s, %s, %.17g, %s," % (number, k, sum(t % 5 != k + 1 for t in range(STEPS)), rule.upper(),
                                                            "RT_FLOAT64" if dtype == F64 else "RT_FLOAT32", lr, ", ".join(values)))
        print("      %s,\n      %s,\n      { %s } }," % (numbers(after[k][0]), numbers(after[k][-1]), ",\n        ".join(numbers(s) for s in states)))
print("};")
