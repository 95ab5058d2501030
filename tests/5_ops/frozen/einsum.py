"""Sums of products by a formula."""
from freeze import *

CALLS = [  # equation, shapes
    ("ij,jk", [2, 3], [3, 4]), ("ij,jk->ki", [2, 3], [3, 4]), (" i j , j k -> i k ", [2, 3], [3, 4]), ("", []), ("->", []), (",", [], []), ("i,", [2], []),
    ("ii", [3, 3]), ("ii->i", [3, 3]), ("iii->i", [2, 2, 2]), ("iij->ji", [2, 2, 3]), ("...ij,...jk", [5, 2, 3], [3, 4]), ("...ij,...jk->ik...", [2, 1, 2, 3], [3, 3, 4]),
    ("...,...", [2], [3]), ("...", [2, 3]), ("i...->...", [2, 3]), ("i...", [2, 3]), ("...i->i", [2, 3]), ("ij->", [2, 3]), ("ij->j", [2, 3]), ("ij->ji", [2, 3]),
    ("i,i", [1], [3]), ("i,i->i", [1], [3]), ("i,i", [3], [3]), ("i,j", [2], [3]), ("Aa,aB", [2, 3], [3, 4]), ("bA", [2, 3]), ("ba", [2, 3]), ("ij->...", [2, 3]),
    ("...ij->ij", [5, 2, 3]), ("ij,i->i", [2, 3], [2]), ("bij,bjk->bik", [3, 2, 2], [3, 2, 4]), ("bij,bkj->bki", [3, 2, 2], [3, 4, 2]), ("bi,bi->b", [3, 4], [3, 4]),
    ("bi,bj->bij", [2, 3], [2, 4]), ("ij,jk,kl", [2, 3], [3, 4], [4, 2]), ("ij,kl,jk->il", [2, 3], [4, 2], [3, 4]), ("i,j,k->kji", [2], [3], [4]), ("ab,abc->c", [0, 3], [0, 3, 2]),
    ("ij,jk", [2, 0], [0, 3]), ("ij,...->ij...", [2, 3], [4]), ("i...,i...->...", [2, 3], [2, 1]), ("bhqd,bhkd->bhqk", [2, 2, 3, 4], [2, 2, 2, 4]),
    ("bqhd,bkhd->bhqk", [2, 3, 2, 4], [2, 2, 2, 4]), ("abc,cbd->ad", [2, 3, 4], [4, 3, 2]), ("abcd,bd->ca", [2, 2, 3, 2], [2, 2]), ("ij,ij->", [2, 3], [2, 3]),
    ("iij,jik", [2, 2, 3], [3, 2, 4]), ("ij,ij,ij->j", [2, 3], [2, 3], [2, 3]), ("ij,k->k", [2, 3], [4]), ("ij,jk->ik", [2, 1], [3, 4]), ("ij,ij->ij", [2, 1], [1, 3]),
    ("i,i,i->", [3], [1], [3]), ("ijk->kij", [2, 3, 4]), ("ij,ij->i", [2, 0], [2, 0]),
]
REFUSED = [
    ("ii", [2, 3]), ("ii->i", [2, 1]), ("...,...->", [2], [3]), ("ij->ijk", [2, 3]), ("ij->ii", [2, 3]), ("ij-", [2, 3]), ("ij->i>", [2, 3]), ("i.j", [2, 3]), ("..ij", [2, 3]),
    ("....ij", [2, 3]), ("...i...", [2, 3]), ("i1", [2, 3]), ("ij,jk", [2, 3]), ("ij", [2, 3], [3, 4]), ("ij", [2, 3, 4]), ("ijk", [2, 3]), ("ij...k", [2, 3]), ("i,i", [2], [3]),
    ("i->I", [2]), ("i->i,", [2]), ("...->i", [2]), (". ..i", [2]), ("i- >i", [2]), ("i->ii", [2]),
]


def cases():

    def size(equation, x, path=None):
        clean = [torch.where(torch.isfinite(t), t, 0.0).abs() if isinstance(t, torch.Tensor) else t for t in x]
        return finite_max(torch.einsum(equation, *clean))

    def call(d, equation, shapes, *path):
        case("einsum", equation, [T(mild_of(d), 3 + 17 * i, s) for i, s in enumerate(shapes)], *path, magnitude=size)

    for equation, *shapes in CALLS + REFUSED:
        call("f32", equation, shapes)
    for d in [d for d in EVERY if d not in EIGHTHS]:
        for equation, *shapes in [c for c in CALLS[::3 if d == "c64" else 9 if d not in ("f64", "i64", "f16") else 5] if d != "f32"]:
            if d in FLOATS + HALVES + COMPLEX or not any(0 in s for s in shapes):
                call(d, equation, shapes)
        call(d, "ij,i->i", ([2, 3], [2]))
        call(d, "ij,ij->", ([2, 3], [2, 3]))
    for d in FLOATS + COMPLEX:
        p = mild_of(d)
        case("einsum", "ij,jk->ik", [T(p, 3, [4, 5], [1, 4]), T(p, 40, [5, 3], [0, 2])], magnitude=size)
        case("einsum", "bij,kbj->kib", [T(p, 3, [2, 4, 5], [20, 1, 4]), T(p, 40, [3, 2, 5], [2, 6, 1])], magnitude=size)
        case("einsum", "abc,bcd->ad", [T(p, 3, [2, 3, 4], [1, 2, 6]), T(p, 40, [3, 4, 2], [1, 6, 3])], magnitude=size)
    three = ([2, 3], [3, 4], [4, 2])
    for path in ([0, 1, 0, 1], [1, 2, 0, 1], [2, 0, 0, 1], [0, 1], [0, 3, 0, 1], [0, 0, 0, 1], [0, 1, 0], [], [-1, 0, 0, 1]):
        call("f32", "ij,jk,kl", three, path)
    call("f32", "ij->i", ([2, 3],), [0])
    call("f32", "ij->i", ([2, 3],), [0, 1])
    case("einsum", "ij,jk->ik", [T("f32.mild", 0, [2, 3]), T("f64.mild", 9, [3, 2])])
    case("einsum", "i,j->ij", [T("f32.mild", 0, [2]), T("f64.mild", 9, [3])])
