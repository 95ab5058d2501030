/* ---- JSON: as strict as the headers of files need it --------------------------------------------------------------------------------
 * The caller knows what has to come and asks for it piece by piece, so nothing nests deeper than the caller does. */

typedef struct rti_json {
    const char *op, *path;        /* for messages */
    char *begin, *at, *end;       /* a NUL stands at end; strings are unescaped in place */
} rti_json;

static bool rti_json_fail(const rti_json *j, const char *expected)
{
    rti_raise(RT_ERR_FORMAT, j->op, "%.200s: byte %lld of the header: expected %s", j->path, (long long)(j->at - j->begin), expected);
    return false;
}

static void rti_json_space(rti_json *j)
{
    while (*j->at == ' ' || *j->at == '\t' || *j->at == '\n' || *j->at == '\r')
        j->at++;
}

/* Takes the character if it comes next. */
static bool rti_json_take(rti_json *j, char c)
{
    rti_json_space(j);
    if (*j->at != c)
        return false;
    j->at++;
    return true;
}

static bool rti_json_need(rti_json *j, char c, const char *expected) { return rti_json_take(j, c) || rti_json_fail(j, expected); }

/* Four hexadecimal digits as a number; -1 if they are not. */
static int32_t rti_json_hex(const char *p)
{
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = p[i] >= '0' && p[i] <= '9' ? p[i] - '0' : p[i] >= 'a' && p[i] <= 'f' ? p[i] - 'a' + 10 :
                    p[i] >= 'A' && p[i] <= 'F' ? p[i] - 'A' + 10 : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static char *rti_utf8_put(char *to, int32_t code)
{
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const int lead[] = { 0, 0xc0, 0xe0, 0xf0 };
    *to++ = (char)(unsigned char)(lead[more] | code >> (6 * more));
    while (more-- > 0)
        *to++ = (char)(unsigned char)(0x80 | (code >> (6 * more) & 0x3f));
    return to;
}

/* The escape at j->at, as UTF-8 to *to. Names end with NUL, so they cannot hold one. */
static bool rti_json_escape(rti_json *j, char **to)
{
    static const char letter[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
    const char *known = j->at[1] ? strchr(letter, j->at[1]) : NULL;
    if (known) {
        *(*to)++ = meaning[known - letter];
        j->at += 2;
        return true;
    }
    int32_t code = j->at[1] == 'u' ? rti_json_hex(j->at + 2) : -1;
    int length = 6;
    if (code >= 0xd800 && code < 0xdc00 && j->at[6] == '\\' && j->at[7] == 'u') {
        int32_t low = rti_json_hex(j->at + 8);
        if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + (code - 0xd800) * 0x400 + (low - 0xdc00);
            length = 12;
        }
    }
    if (code <= 0 || (code >= 0xd800 && code < 0xe000))
        return rti_json_fail(j, "an escape that stands for a character other than NUL");
    *to = rti_utf8_put(*to, code);
    j->at += length;
    return true;
}

/* A string, unescaped and ended by NUL where it stands. */
static bool rti_json_string(rti_json *j, char **text)
{
    if (!rti_json_need(j, '"', "a string"))
        return false;
    char *to = *text = j->at;
    while (*j->at != '"') {
        if (*j->at == '\\') {
            if (!rti_json_escape(j, &to))
                return false;
            continue;
        }
        int n = rti_utf8_length(j->at, j->end - j->at);
        if (n == 0 || (unsigned char)*j->at < 0x20)
            return rti_json_fail(j, "the rest of a string, in UTF-8 and without control characters");
        memmove(to, j->at, (size_t)n);
        to += n;
        j->at += n;
    }
    j->at++;
    *to = '\0';
    return true;
}

/* A whole number that is not negative. */
static bool rti_json_size(rti_json *j, int64_t *value)
{
    static const char expected[] = "a whole number from 0 to 9223372036854775807";
    int64_t x = 0;
    rti_json_space(j);
    const char *first = j->at;
    for (; *j->at >= '0' && *j->at <= '9'; j->at++) {
        int digit = *j->at - '0';
        if (x > (INT64_MAX - digit) / 10 || (j->at > first && *first == '0'))
            return rti_json_fail(j, expected);
        x = x * 10 + digit;
    }
    *value = x;
    return j->at > first || rti_json_fail(j, expected);
}

/* A list of such numbers. The first `room` of them are kept; *n counts them all. */
static bool rti_json_sizes(rti_json *j, int64_t *list, int room, int64_t *n)
{
    *n = 0;
    if (!rti_json_need(j, '[', "'['"))
        return false;
    if (rti_json_take(j, ']'))
        return true;
    do {
        int64_t value = 0;
        if (!rti_json_size(j, &value))
            return false;
        if (*n < room)
            list[*n] = value;
        ++*n;
    } while (rti_json_take(j, ','));
    return rti_json_need(j, ']', "a comma or ']'");
}

/* A string as JSON writes it, quotes included. */
static void rti_json_add_string(rti_text *t, const char *text)
{
    rti_text_add(t, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            rti_text_add(t, "\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            rti_text_add(t, "\\u%04x", (unsigned)(unsigned char)*text);
        else
            rti_text_add(t, "%c", *text);
    }
    rti_text_add(t, "\"");
}
