/* Prints the instruction-set pass in use, as RT_ISA and the processor decide. */
#include "rustorch.h"
#include <stdio.h>

int main(void)
{
    puts(rt_isa());
    return 0;
}
