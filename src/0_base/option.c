/* ---- options: a field of an options struct, where zero takes the default --------------------------------------------------------------- */

/* RT_IZERO is zero; with exact, the value counts as it stands. */
static int64_t rti_int_option(int64_t value, int64_t normal, bool exact) { return value == RT_IZERO ? 0 : value == 0 && !exact ? normal : value; }

/* The same for floating point numbers, with RT_ZERO. */
static double rti_double_option(double value, double normal, bool exact) { return value == RT_ZERO ? 0 : value == 0 && !exact ? normal : value; }
