/* rustorch.h - tensors, automatic differentiation and neural networks in one C header, after PyTorch
 *
 * In one source file of the program:
 *
 *     #define RUSTORCH_IMPLEMENTATION
 *     #include "rustorch.h"
 *
 * in all others the include alone. Build: cc program.c -lm -pthread
 *
 * ```c
 * rt_tensor *x = rt_requires_grad_(rt_randn(RT_SHAPE(2, 3), NULL));
 * rt_tensor *y = rt_sum(rt_mul(x, x));
 * rt_backward(y);
 * rt_print(rt_grad(x));
 * ```
 *
 * NAMES     torch.a.b.Name is rt_a_b_name: torch.matmul is rt_matmul, torch.nn.Linear is rt_nn_linear, x.add_(y) is rt_add_(x, y).
 *           torch.nn.functional's names stand without their prefix: rt_cross_entropy.
 * SHAPES    RT_SHAPE(2, 3), of a scalar RT_SHAPE0. At most RT_MAX_DIMS dimensions, row-major as PyTorch.
 * NUMBERS   RT_S(2), RT_S(0.5): keep their kind, so an int64 tensor plus RT_S(2) stays int64.
 * OPTIONS   the last argument, NULL for PyTorch's defaults: RT_OPTS(rt_tensor, .dtype = RT_FLOAT64). A field left zero takes the default;
 *           RT_ZERO and RT_IZERO say zero. (C99, C++20; older C++ fills a variable from rt_tensor_opts_default().)
 * OWNERSHIP what a function makes belongs to the innermost scope of the thread. rt_scope_begin() ... rt_scope_end(scope) is one, and so is
 *           every turn of rt_next (batches) and rt_turn_next (loops of one's own). rt_keep(x) takes x out, rt_set(&slot, x) keeps the newest,
 *           rt_return(scope, x) hands one out. Modules, optimisers, data loaders and generators live until rt_free.
 * ERRORS    NULL, or a status other than RT_OK. The first unread error of a thread is kept; NULL passes through every later call; loops
 *           end, rt_step and rt_save refuse. rt_last_error()->message says what was expected and what came. Nothing aborts or exits.
 * ABSENT    an optional tensor that is not there is RT_NONE, never NULL.
 * THREADS   any function may be called from any thread, on its own objects; shared tensors may be read by all. Hand a tensor over with
 *           rt_keep. No result depends on the number of threads.
 * SWITCHES  RUSTORCH_STATIC, RT_API, RUSTORCH_SELF, RUSTORCH_ONE_PASS, RT_NO_THREADS, RT_NO_STDIO, RUSTORCH_UNWIND, RUSTORCH_DEBUG: see README.md.
 * DOES NOT  run on GPUs yet, read .pt or ONNX files yet, have all of PyTorch's operations yet; README.md has the whole table.
 *
 * Each declaration below says: formula, shapes, dtypes, gradient, errors, and the PyTorch function it follows. MIT licence, at the end.
 */

#ifndef RTI_PASS
#  define RTI_PASS 0
#endif

#ifndef RUSTORCH_H
#define RUSTORCH_H

#include "0_base/config.h"
#include "0_base/error.h"
#include "0_base/memory.h"
#include "0_base/thread.h"
#include "1_dtype/dtype.h"
#include "2_kernels/cpu.h"
#include "3_tensor/tensor.h"
#include "3_tensor/value.h"
#include "4_autograd/op.h"
#include "4_autograd/autograd.h"
#include "5_ops/create.h"
#include "5_ops/random.h"
#include "5_ops/complex.h"
#include "5_ops/unary.h"
#include "5_ops/binary.h"
#include "5_ops/ternary.h"
#include "5_ops/activation.h"
#include "5_ops/bitwise.h"
#include "5_ops/special.h"
#include "5_ops/copy.h"
#include "5_ops/shape.h"
#include "5_ops/slice.h"
#include "5_ops/arrange.h"
#include "5_ops/at.h"
#include "5_ops/reduce.h"
#include "5_ops/scan.h"
#include "5_ops/order.h"
#include "5_ops/matmul.h"
#include "5_ops/einsum.h"
#include "5_ops/linalg.h"
#include "5_ops/fft.h"
#include "5_ops/conv.h"
#include "5_ops/pool.h"
#include "5_ops/index.h"
#include "5_ops/pick.h"
#include "5_ops/softmax.h"
#include "5_ops/dropout.h"
#include "5_ops/norm.h"
#include "5_ops/loss.h"
#include "5_ops/attention.h"
#include "5_ops/print.h"
#include "6_files/dict.h"
#include "6_files/safetensors.h"
#include "6_files/inflate.h"
#include "6_files/idx.h"
#include "7_nn/module.h"
#include "7_nn/parameters.h"
#include "7_nn/init.h"
#include "7_nn/layers.h"
#include "7_nn/activation.h"
#include "7_nn/conv.h"
#include "7_nn/pool.h"
#include "7_nn/dropout.h"
#include "7_nn/norm.h"
#include "7_nn/embedding.h"
#include "8_learn/optim.h"
#include "8_learn/data.h"

#endif /* RUSTORCH_H */

/* ================================================================================================================================
 * The implementation. It takes itself in again for its kernels, with RTI_PASS 1 or 2; see 2_kernels/passes.c.
 * ================================================================================================================================ */

#if defined(RUSTORCH_IMPLEMENTATION) && (RTI_PASS || !defined(RTI_IMPLEMENTED))

#if !RTI_PASS
#define RTI_IMPLEMENTED
#include "0_base/platform.c"
RTI_BEGIN_C
#include "0_base/state.c"
RTI_COLD
#include "0_base/text.c"
RTI_COLD_END
#include "0_base/option.c"
RTI_COLD
#include "0_base/error.c"
RTI_COLD_END
#include "0_base/memory.c"
RTI_WARM
#include "0_base/thread.c"
RTI_WARM_END
#include "0_base/random.c"
RTI_WARM
#include "1_dtype/dtype.c"
RTI_WARM_END
#include "1_dtype/convert.c"
RTI_WARM
#include "2_kernels/cpu.c"
RTI_WARM_END
RTI_COLD
#include "2_kernels/recording.c"
RTI_COLD_END
#include "2_kernels/passes.c"
#endif

#if RTI_PASS == 1 || (!RTI_PASS && RTI_ONE_PASS)
#include "2_kernels/vector.c"
#endif
#if RTI_PASS == 2
#include "2_kernels/record.c"
#endif

#if !RTI_PASS
#include "2_kernels/program.c"
RTI_WARM
#include "2_kernels/complex.c"
RTI_WARM_END
#include "2_kernels/random.c"
RTI_WARM
#include "2_kernels/linalg.c"
#include "2_kernels/fft.c"
RTI_WARM_END
#endif
#include "2_kernels/matmul.c"
#ifndef RTI_PRODUCTS_ONLY
RTI_WARM
#include "2_kernels/conv.c"
#include "2_kernels/pool.c"
RTI_WARM_END

#if !RTI_PASS
#ifdef __GNUC__      /* above the kernels the compiler decides: programs are a tenth smaller for it */
#  undef RTI_INLINE
#  define RTI_INLINE inline __attribute__((unused))
#endif
#include "3_tensor/value.c"
#include "3_tensor/tensor.c"
#include "4_autograd/op.c"
#include "4_autograd/elementwise.c"
#include "4_autograd/tape.c"
#include "4_autograd/view.c"
RTI_COLD
#include "4_autograd/hooks.c"
#include "4_autograd/guard.c"
#include "4_autograd/capture.c"
RTI_COLD_END
#include "4_autograd/door.c"
RTI_WARM
#include "4_autograd/engine.c"
RTI_COLD
#include "4_autograd/function.c"
#include "4_autograd/saved.c"
#include "4_autograd/checkpoint.c"
#include "4_autograd/schema.c"
#include "5_ops/create.c"
#include "5_ops/random.c"
#include "5_ops/complex.c"
RTI_COLD_END
#endif
RTI_COLD
#include "5_ops/unary.c"
#include "5_ops/binary.c"
#include "5_ops/ternary.c"
#include "5_ops/activation.c"
RTI_COLD_END
#include "5_ops/fold.c"
RTI_COLD
#include "5_ops/softmax.c"
#include "5_ops/loss.c"
#include "5_ops/norm.c"
RTI_COLD_END
#if !RTI_PASS
#include "5_ops/move.c"
#include "5_ops/bitwise.c"
#include "5_ops/special.c"
RTI_COLD
#include "5_ops/dropout.c"
#include "5_ops/attention.c"
#include "5_ops/copy.c"
#include "5_ops/shape.c"
#include "5_ops/slice.c"
#include "5_ops/matmul.c"
#include "5_ops/reduce.c"
#include "5_ops/pool.c"
#include "5_ops/conv.c"
#include "5_ops/index.c"
#include "5_ops/pick.c"
RTI_COLD_END
#include "5_ops/scan.c"
#include "5_ops/order.c"
RTI_COLD
#include "5_ops/arrange.c"
#include "5_ops/at.c"
#include "5_ops/einsum.c"
#include "5_ops/linalg.c"
#include "5_ops/fft.c"
#include "5_ops/rows.c"
#include "5_ops/gradient.c"
#include "5_ops/gradcheck.c"
#include "5_ops/print.c"
RTI_COLD_END
#include "6_files/inflate.c"
RTI_COLD
#include "6_files/stream.c"
#include "6_files/dict.c"
#include "6_files/json.c"
#include "6_files/safetensors.c"
#include "6_files/idx.c"
#include "7_nn/module.c"
#include "7_nn/parameters.c"
#include "7_nn/init.c"
#include "7_nn/layers.c"
#include "7_nn/activation.c"
#include "7_nn/conv.c"
#include "7_nn/pool.c"
#include "7_nn/dropout.c"
#include "7_nn/norm.c"
#include "7_nn/embedding.c"
RTI_COLD_END
#endif
#include "8_learn/optim.c"
#if !RTI_PASS
RTI_COLD
#include "8_learn/data.c"
RTI_COLD_END
RTI_WARM_END
RTI_END_C
#include "0_base/platform_end.c"
#endif
#endif /* RTI_PRODUCTS_ONLY */

#endif /* RUSTORCH_IMPLEMENTATION */

/* ---- licence ----
 *
 * MIT License
 *
 * Copyright (c) The RusTorch developers
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy
 * of this software and associated documentation files (the "Software"), to deal
 * in the Software without restriction, including without limitation the rights
 * to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
 * copies of the Software, and to permit persons to whom the Software is
 * furnished to do so, subject to the following conditions:
 *
 * The above copyright notice and this permission notice shall be included in all
 * copies or substantial portions of the Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
 * IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
 * FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
 * AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
 * LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
 * OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
 * SOFTWARE.
 */
