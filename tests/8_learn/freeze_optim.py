"""Writes frozen_optim.h: where torch.optim takes a parameter of 21 elements in 4 steps.

Parameter and gradients are numbers without rounding that the test makes too: see start() and gradient() below.

usage: python freeze_optim.py > frozen_optim.h      (torch 2.13)
"""
import torch

SIZE, STEPS = 21, 4

CASES = [  # kind, dtype, lr, then options by their names in PyTorch, which are RusTorch's; Adam's betas in two
    ("sgd", torch.float32, 0.1, {}),
    ("sgd", torch.float32, 0.1, {"weight_decay": 0.25, "maximize": True}),
    ("sgd", torch.float32, 0.05, {"momentum": 0.9}),
    ("sgd", torch.float32, 0.05, {"momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    ("sgd", torch.float32, 0.05, {"momentum": 0.7, "weight_decay": 0.1, "nesterov": True}),
    ("sgd", torch.float64, 0.05, {"momentum": 0.9, "nesterov": True, "maximize": True}),
    ("adam", torch.float32, 1e-3, {}),
    ("adam", torch.float32, 0.02, {"beta1": 0.4, "beta2": 0.95, "eps": 1e-3}),
    ("adam", torch.float32, 0.01, {"weight_decay": 0.2, "maximize": True}),
    ("adam", torch.float32, 0.01, {"beta1": 0.0, "beta2": 0.0}),
    ("adam", torch.float64, 1e-3, {}),
    ("adam", torch.float64, 0.01, {"beta1": 0.3, "weight_decay": 0.05}),
]
OPTIONS = ["momentum", "dampening", "beta1", "beta2", "eps", "weight_decay", "nesterov", "maximize"]


def start(dtype):
    return torch.tensor([(i * 7 % 13 - 6) / 8 for i in range(SIZE)], dtype=dtype)


def gradient(dtype, t):
    return torch.tensor([(i * 5 + t * 3) % 11 - 5 for i in range(SIZE)], dtype=dtype) / torch.tensor([1024 if i % 3 == 0 else 16 for i in range(SIZE)])


def optimiser(kind, p, lr, options):
    options = dict(options)
    if kind == "sgd":
        return torch.optim.SGD([p], lr, **options)
    options["betas"] = (options.pop("beta1", 0.9), options.pop("beta2", 0.999))
    return torch.optim.Adam([p], lr, **options)


def numbers(x):
    return "{ " + ", ".join("%.17g" % v for v in x.detach().tolist()) + " }"


print("/* Made by freeze_optim.py with torch %s; not to be edited. */" % torch.__version__.split("+")[0])
print()
print("enum { FROZEN_OPTIM_SIZE = %d, FROZEN_OPTIM_STEPS = %d };" % (SIZE, STEPS))
print()
print("/* A rule, and the parameter after the first step, after the last, and then its two states, momentum_buffer or exp_avg and exp_avg_sq. */")
print("typedef struct frozen_optim {")
print("    bool adam;")
print("    rt_dtype dtype;")
print("    double lr, momentum, dampening, beta1, beta2, eps, weight_decay;")
print("    bool nesterov, maximize;")
print("    double first[FROZEN_OPTIM_SIZE], last[FROZEN_OPTIM_SIZE], state[2][FROZEN_OPTIM_SIZE];")
print("} frozen_optim;")
print()
print("static const frozen_optim frozen_optims[] = {")
for kind, dtype, lr, options in CASES:
    p = start(dtype).requires_grad_()
    o = optimiser(kind, p, lr, options)
    after = []
    for t in range(STEPS):
        p.grad = gradient(dtype, t)
        o.step()
        after.append(p.detach().clone())
    states = [o.state[p].get(name) for name in (("momentum_buffer", None) if kind == "sgd" else ("exp_avg", "exp_avg_sq"))]
    states = [torch.zeros(SIZE) if s is None else s for s in states]
    full = {"momentum": 0.0, "dampening": 0.0, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.0, "nesterov": False, "maximize": False, **options}
    values = [str(v).lower() if isinstance(v, bool) else "%.17g" % v for v in (full[name] for name in OPTIONS)]
    print("    { %s, %s, %.17g, %s," % (str(kind == "adam").lower(), "RT_FLOAT64" if dtype == torch.float64 else "RT_FLOAT32", lr, ", ".join(values)))
    print("      %s,\n      %s,\n      { %s,\n        %s } }," % (numbers(after[0]), numbers(after[-1]), numbers(states[0]), numbers(states[1])))
print("};")
