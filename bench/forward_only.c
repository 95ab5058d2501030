/* The smallest program of use: a network's forward pass and nothing else. compile.py weighs it. */
#define RUSTORCH_IMPLEMENTATION
#include "rustorch.h"

#include <stdio.h>

int main(void)
{
    rt_module *net = rt_nn_sequential(rt_nn_linear(64, 32, NULL), rt_nn_relu(), rt_nn_linear(32, 10, NULL));
    rt_scope no_grad = rt_no_grad();
    rt_tensor *y = rt_forward(net, rt_ones(RT_SHAPE(1, 64), NULL));
    for (int i = 0; i < 10; i++)
        printf("%.4f\n", rt_at_index(y, RT_SHAPE(0, i)));
    rt_scope_end(no_grad);
    rt_free(net);
    if (!rt_error_pending())
        return 0;
    fprintf(stderr, "%s\n", rt_last_error()->message);
    return 1;
}
