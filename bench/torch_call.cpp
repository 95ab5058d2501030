// What one call costs in PyTorch's C++: torch_rows.py builds this into a shared object and loads it into its own process.
#include <ATen/ATen.h>

namespace {
at::Tensor a, b;
}

extern "C" {

void torch_call_make(int on_the_tape)
{
    a = at::randn({4});
    b = on_the_tape ? a : at::randn({4});
    a.requires_grad_(on_the_tape != 0);
}

void torch_call_add(int calls)
{
    for (int i = 0; i < calls; i++)
        at::Tensor y = at::add(a, b);
}

}
