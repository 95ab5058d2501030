/* The library as one object, linked by every test of a configuration. */
#define RUSTORCH_IMPLEMENTATION
#include "rustorch.h"
