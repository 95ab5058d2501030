/* ---- text ----------------------------------------------------------------------------------------------------------------------- */

/* A text that grows into a fixed buffer; what does not fit is counted and not written. */
typedef struct rti_text { char *at; size_t size, length; } rti_text;

RTI_PRINTF(2, 3)
static void rti_text_add(rti_text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(t->length < t->size ? t->at + t->length : NULL, t->length < t->size ? t->size - t->length : 0, format, args);
    va_end(args);
    t->length += n > 0 ? (size_t)n : 0;
}
