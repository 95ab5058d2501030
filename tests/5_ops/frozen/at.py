"""x[...], read and written."""
from freeze import *

PLAIN = ["0", "-1", "0, 1", "0, 1, 2", "...", ":", "::2", "1:", ":-1", "-9:9:2", "1:1", "..., 0", "..., -1, None", "0, ..., 1:", "None", "None, 0, None", ":, :, :, None", "", ":, ::3, 1:3", "True", "False",
         "True, 0", "0, True", ":, True, [1, 0]", "[1, 0], True", "[0, 1]", "[1, -1, 0], 0", "0, :, [0, 2]", "[0, 1], :, [0, 2]", "[0, 1], ..., [1]", "[]", ":, [1, 2], None, 0", "..., [0], [1]", "[0, 1], None, [1, 0]",
         "2", "0, 3", "0, 0, 0, 0", "::-1", "::0", "[2]", "..., [5]", "1.5", "0 1", ", 0", "x", "[0, 1], [0, 1, 2]", "1:2:3:4", "0,", " 0 ,  : ", "-2:-1, +1"]


class Key:
    def __getitem__(self, key):
        return key


def index_of(text, a, b):
    values = iter([v for v in (a, b) if v is not None])
    parts = text.replace("%t", "@").replace("%d", "@").replace("%lld", "@").split("@")
    names, scope = parts[0], {}
    for i, part in enumerate(parts[1:]):
        scope[f"v{i}"] = next(values)
        names += f"v{i}{part}"
    try:
        return eval(f"key[{names}]" if names.strip() else "()", {}, scope | {"key": Key()})
    except (SyntaxError, NameError):
        raise ValueError


def get(x, text, a, b):
    return x[index_of(text, a, b)]


def put(x, value, text, a, b):
    y = x.clone()
    y[index_of(text, a, b)] = value
    return y


def cases():
    ask("at", get, row=False)
    ask("at_set", put, row=False)
    pool("i64.two", [0, 1, 1, 0, -1, -2, 0, 1])
    pool("i32.two", [0, 1, 1, 0])
    pool("u8.two", [0, 1, 1, 0])
    pool("bool.few", [True, False, True, True, False, False, True, True])
    t = lambda offset, size, dtype="i64.two": T(dtype, offset, size)
    for d in EVERY:
        x = lambda size, stride=None, offset=1: T(f"{d}.any", offset, size, stride)
        full = d == "f32"
        for text in PLAIN if full else ["1, ::2", "[1, 0], 0"]:
            case("at", x([2, 3, 4]), text, None, None)
        for text, a, b in [("%t", t(0, [4]), None), (":, %t", t(1, [2, 2]), None), ("%t, %t", t(0, [2]), t(2, [2])), ("%t, :, %t", t(0, [2]), t(2, [2])), ("%t", t(0, [2], "bool.few"), None), ("%t", t(0, [2, 3], "bool.few"), None),
                           (":, %t, ::2", t(2, [3], "bool.few"), None), ("%t, 0", t(0, [2], "bool.few"), None), ("%t", t(1, []), None), ("%t", t(0, [], "bool.few"), None), ("%t", t(1, [], "bool.few"), None), ("0, %t", t(0, [3], "bool.few"), None),
                           ("%t", t(0, [2], "i32.two"), None), ("%t", t(0, [2], "u8.two"), None), ("%t", t(1, [], "u8.two"), None), ("%t", T("f32.mild", 0, [2]), None), ("%t", t(0, [3], "bool.few"), None), ("%d", 1, None), ("0, %d:%d", 1, 3), ("%lld, -%d", 0, 2),
                           ("%d, %t", 1, t(0, [2])), ("%t, %d", t(0, [2]), 2), ("..., %t", t(0, [0]), None), ("%t, 1:, None", t(2, [2]), None), ("None, %t, %t", t(0, [2, 1]), t(0, [2])), ("True, %t", t(0, [2]), None)] if full else []:
            case("at", x([2, 3, 4]), text, a, b)
        if full:
            for text in ("...", "None", "", "True", "False", "0", "[0]", ":"):
                case("at", x([]), text, None, None)
            for text in ("0", "1:", "[0]", "...", "0:0"):
                case("at", x([0, 2]), text, None, None)
            for text in ("0", ":, 1:", "[1, 0]", "..., None", ":, [0, 2]"):
                case("at", x([3, 4], [1, 3]), text, None, None)
        for text, size, a, b in [("0", [3, 4], None, None), ("0, ::2", [4], None, None), (":, 0", [1, 2, 4], None, None), ("..., 1", [], None, None), ("", [2, 3, 4], None, None), ("[1, 0]", [2, 3, 4], None, None), ("[0], 1", [1, 1, 4], None, None),
                                 (":, [0, 2], 1", [2], None, None), ("%t", [], t(0, [2, 3], "bool.few"), None), ("%t, 0", [4], t(0, [2], "bool.few"), None), ("%t, :, %t", [2, 1], t(0, [2]), t(2, [2])), ("None, 0", [4], None, None), ("True", [4], None, None),
                                 ("False", [], None, None), ("0:0", [4], None, None), ("0", [5], None, None), ("0", [2, 3, 4], None, None), ("[0, 1]", [2], None, None), ("9", [], None, None), ("%d, ...", [3, 4], 1, None)] if full else [("1, 0", [4], None, None), ("[1], 0", [4], None, None)]:
            case("at_set", x([2, 3, 4]), T(f"{d}.mild", 40, size), text, a, b)
    for e in ("f64", "i64", "c64"):
        case("at_set", T("f32.mild", 0, [2, 3]), T(f"{e}.mild", 3, [3]), "0", None, None)
