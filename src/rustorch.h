/* rustorch.h - tensors, automatic differentiation and neural networks in one C header, after PyTorch. MIT licence.
 *
 * In one source file of the program:
 *     #define RUSTORCH_IMPLEMENTATION
 *     #include "rustorch.h"
 * and in all others the include alone. Build: cc program.c -lm -pthread
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
#include "5_ops/unary.h"
#include "5_ops/binary.h"
#include "5_ops/copy.h"
#include "5_ops/shape.h"
#include "5_ops/reduce.h"
#include "5_ops/matmul.h"
#include "5_ops/index.h"
#include "5_ops/loss.h"
#include "6_files/dict.h"
#include "6_files/safetensors.h"
#include "6_files/idx.h"
#include "7_nn/module.h"
#include "7_nn/parameters.h"
#include "7_nn/init.h"
#include "7_nn/layers.h"
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
#include "0_base/text.c"
#include "0_base/error.c"
#include "0_base/memory.c"
#include "0_base/thread.c"
#include "0_base/random.c"
#include "1_dtype/dtype.c"
#include "1_dtype/convert.c"
#include "2_kernels/cpu.c"
#include "2_kernels/recording.c"
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
#include "2_kernels/random.c"
#endif
#include "2_kernels/matmul.c"

#if !RTI_PASS
#include "3_tensor/value.c"
#include "3_tensor/tensor.c"
#include "4_autograd/op.c"
#include "4_autograd/elementwise.c"
#include "4_autograd/tape.c"
#include "4_autograd/capture.c"
#include "4_autograd/door.c"
#include "4_autograd/schema.c"
#include "4_autograd/engine.c"
#include "5_ops/create.c"
#include "5_ops/random.c"
#endif
#include "5_ops/unary.c"
#include "5_ops/binary.c"
#include "5_ops/reduce.c"
#include "5_ops/loss.c"
#if !RTI_PASS
#include "5_ops/copy.c"
#include "5_ops/shape.c"
#include "5_ops/matmul.c"
#include "5_ops/index.c"
#include "5_ops/rows.c"
#include "5_ops/gradient.c"
#include "5_ops/gradcheck.c"
#include "6_files/stream.c"
#include "6_files/dict.c"
#include "6_files/json.c"
#include "6_files/safetensors.c"
#include "6_files/idx.c"
#include "7_nn/module.c"
#include "7_nn/parameters.c"
#include "7_nn/init.c"
#include "7_nn/layers.c"
#endif
#include "8_learn/optim.c"
#if !RTI_PASS
#include "8_learn/data.c"
RTI_END_C
#include "0_base/platform_end.c"
#endif

#endif /* RUSTORCH_IMPLEMENTATION */
