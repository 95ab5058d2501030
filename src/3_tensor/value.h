/* ---- values: what travels through the door of every operation ------------------------------------------------------------------- */

typedef enum rt_value_tag {
    RT_VALUE_NONE, RT_VALUE_TENSOR, RT_VALUE_BOOL, RT_VALUE_INT, RT_VALUE_FLOAT, RT_VALUE_COMPLEX,
    RT_VALUE_INTS, RT_VALUE_FLOATS, RT_VALUE_BOOLS, RT_VALUE_TENSORS, RT_VALUE_STRING, RT_VALUE_DTYPE, RT_VALUE_GENERATOR
} rt_value_tag;

/* 16 bytes. Lists, strings and complex numbers are borrowed: they must live as long as the call that the value is handed to. */
typedef struct rt_value {
    uint32_t tag;                     /* rt_value_tag */
    uint32_t count;                   /* members of a list */
    union {
        rt_tensor *tensor;
        int64_t i;                    /* bool, int, dtype */
        double f;
        const double *complex;        /* re, im */
        const int64_t *ints;
        const double *floats;
        const bool *bools;
        rt_tensor *const *tensors;    /* RT_NONE for an absent member */
        const char *string;
        rt_generator *generator;
    } as;
} rt_value;

RTI_BEGIN_C
RT_API rt_value rt_value_none(void);                              /* an argument left out: the schema's default, if it has one */
RT_API rt_value rt_value_tensor(rt_tensor *x);                    /* a tensor; RT_NONE becomes the value none */
RT_API rt_value rt_value_bool(bool x);                            /* a bool, also where a number is asked for */
RT_API rt_value rt_value_int(int64_t x);                          /* an integer */
RT_API rt_value rt_value_float(double x);                         /* a floating point number */
RT_API rt_value rt_value_ints(const int64_t *x, int n);           /* a list of n integers, borrowed */
RT_API rt_value rt_value_tensors(rt_tensor *const *x, int n);     /* a list of n tensors, borrowed; absent members are RT_NONE */
RT_API rt_value rt_value_string(const char *x);                   /* a string, borrowed */
RT_API rt_value rt_value_dtype(rt_dtype x);                       /* a dtype; RT_DTYPE_DEFAULT becomes the value none */
RTI_END_C
