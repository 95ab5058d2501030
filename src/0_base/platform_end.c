#if defined(__clang__)
#  if defined(__i386__)
#    pragma clang attribute pop
#  endif
#  if defined(__x86_64__) || defined(__i386__)
#    pragma float_control(pop)
#  endif
#  pragma clang diagnostic pop
#elif defined(__GNUC__)
#  pragma GCC pop_options
#endif
