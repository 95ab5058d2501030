/* ---- deflate (RFC 1951), alone or wrapped as zlib (RFC 1950) or gzip (RFC 1952) ------------------------------------------------------------
 * Data are blocks of symbols in two prefix codes: bytes and lengths, and the distances that lengths go with. A length and a distance say
 * "repeat what came so long ago". Bits are taken from the low end of each byte.
 *
 * Unpacking is asked for piece by piece and keeps its place between two symbols. What comes out goes into a window, whose newest 32 KiB
 * later symbols may repeat. */

enum {
    RTI_WINDOW_HISTORY = 1 << 15,     /* how far back a distance reaches */
    RTI_WINDOW_BYTES = 96 << 10,
    RTI_WINDOW_SLACK = 258 + 16,      /* room for one more repeat, and for what its copying writes too much */
    RTI_CODE_LENGTH = 15,             /* bits of the longest code word */
    RTI_SYMBOL_BITS = 11, RTI_DISTANCE_BITS = 8, RTI_LENGTHS_BITS = 7,   /* of a code word that its table holds at the first look */
    RTI_SYMBOL_ROOM = 2342, RTI_DISTANCE_ROOM = 402,   /* entries that the worst complete codes of 288 and 32 words take */
    RTI_SYMBOL_END = 256
};

/* Most bytes that a packed one can stand for: 258 for a repeat in two one-bit words. */
static const int64_t rti_inflate_ratio = 1032;

/* An entry of a table: bits 0-4 how many bits it uses up, 8-11 how many of them are the code word, the rest being added to the value in
 * bits 16-31; or the value is where a second table stands, for longer words, and bits 8-11 say how many bits that is looked up with. */
enum { RTI_ENTRY_BYTE = 0x1000, RTI_ENTRY_TABLE = 0x2000, RTI_ENTRY_END = 0x4000, RTI_ENTRY_BAD = 0x8000, RTI_ENTRY_ODD = 0xe000 };

typedef enum rti_wrapping { RTI_WRAPPING_TOLD, RTI_WRAPPING_NONE, RTI_WRAPPING_ZLIB, RTI_WRAPPING_GZIP } rti_wrapping;   /* told: by the first bytes */

typedef enum rti_inflate_state { RTI_INFLATE_HEADER, RTI_INFLATE_BLOCK, RTI_INFLATE_STORED, RTI_INFLATE_CODES, RTI_INFLATE_TRAILER, RTI_INFLATE_DONE } rti_inflate_state;

typedef struct rti_inflate {
    const char *op, *name;                         /* for messages: who unpacks, and what; NULL: something without a name */
    rt_status (*more)(struct rti_inflate *z);      /* puts the next piece of input in in..end, nothing if it has ended; NULL: there is one piece */
    void *source;
    const uint8_t *in, *end;
    bool input_over;
    uint64_t bits;                                 /* the next n_bits of input, above them zeros */
    int n_bits;
    rti_wrapping wrapping;
    rti_inflate_state state;
    bool last_block;
    uint32_t stored;                               /* bytes that an unpacked block still has */
    uint32_t check, length;                        /* of what came out: CRC-32 or Adler-32, and the length modulo 2^32 */
    size_t first, taken, checked, made;            /* in the window: where history begins, what was handed out, what is in check, what there is */
    uint32_t symbol[RTI_SYMBOL_ROOM], distance[RTI_DISTANCE_ROOM];
    uint32_t crc[8][256];
    uint8_t window[RTI_WINDOW_BYTES];
} rti_inflate;

static rt_status rti_inflate_refuse(const rti_inflate *z, const char *what)
{
    return rti_raise(RT_ERR_FORMAT, z->op, "%.200s%s%s", z->name ? z->name : "", z->name ? ": " : "", what);
}

/* ---- check sums ---- */

/* crc[k][b]: what a byte b does to the CRC-32 of what it stands in, k bytes before its end. */
static void rti_crc32_table(uint32_t crc[8][256])
{
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t c = b;
        for (int i = 0; i < 8; i++)
            c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
        crc[0][b] = c;
    }
    for (int k = 1; k < 8; k++)
        for (uint32_t b = 0; b < 256; b++)
            crc[k][b] = crc[k - 1][b] >> 8 ^ crc[0][crc[k - 1][b] & 0xff];
}

/* The CRC-32 of bytes that go on after others whose CRC-32 is c; 0 for none. */
static uint32_t rti_crc32(uint32_t (*crc)[256], uint32_t c, const uint8_t *p, size_t n)
{
    c = ~c;
    for (; n >= 8; n -= 8, p += 8) {
        c ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        c = crc[7][c & 0xff] ^ crc[6][c >> 8 & 0xff] ^ crc[5][c >> 16 & 0xff] ^ crc[4][c >> 24] ^
            crc[3][p[4]] ^ crc[2][p[5]] ^ crc[1][p[6]] ^ crc[0][p[7]];
    }
    for (; n > 0; n--)
        c = c >> 8 ^ crc[0][(c ^ *p++) & 0xff];
    return ~c;
}

/* The same for Adler-32; 1 for none. */
static uint32_t rti_adler32(uint32_t check, const uint8_t *p, size_t n)
{
    uint32_t a = check & 0xffff, b = check >> 16;
    while (n > 0) {
        size_t piece = RTI_MIN(n, 5552);           /* as many as cannot overflow b */
        for (size_t i = 0; i < piece; i++)
            b += a += p[i];
        a %= 65521;
        b %= 65521;
        p += piece;
        n -= piece;
    }
    return b << 16 | a;
}

/* Takes what came out since the last time into the check sum. */
static void rti_inflate_check(rti_inflate *z)
{
    const uint8_t *p = z->window + z->checked;
    size_t n = z->made - z->checked;
    if (z->wrapping == RTI_WRAPPING_GZIP)
        z->check = rti_crc32(z->crc, z->check, p, n);
    else if (z->wrapping == RTI_WRAPPING_ZLIB)
        z->check = rti_adler32(z->check, p, n);
    z->length += (uint32_t)n;
    z->checked = z->made;
}

/* ---- bits in ---- */

/* Has input ready, or knows that there is no more. */
static rt_status rti_inflate_input(rti_inflate *z)
{
    if (z->in < z->end || z->input_over)
        return RT_OK;
    rt_status status = z->more ? z->more(z) : RT_OK;
    z->input_over = z->in == z->end;
    return status;
}

/* Fills up the bits as far as input goes. */
static rt_status rti_inflate_fill(rti_inflate *z)
{
    rt_status status = RT_OK;
    while (z->n_bits < 56 && (status = rti_inflate_input(z)) == RT_OK && z->in < z->end) {
        z->bits |= (uint64_t)*z->in++ << z->n_bits;
        z->n_bits += 8;
    }
    return status;
}

static RTI_INLINE void rti_inflate_drop(rti_inflate *z, int n)
{
    z->bits >>= n;
    z->n_bits -= n;
}

/* The next n <= 32 bits. */
static rt_status rti_inflate_take(rti_inflate *z, int n, uint32_t *value)
{
    rt_status status = rti_inflate_fill(z);
    *value = 0;
    if (status != RT_OK)
        return status;
    if (z->n_bits < n)
        return rti_inflate_refuse(z, "packed data end early");
    *value = (uint32_t)(z->bits & (((uint64_t)1 << n) - 1));
    rti_inflate_drop(z, n);
    return RT_OK;
}

/* ---- code words ---- */

static const uint16_t rti_length_base[] = { 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258 };
static const uint8_t rti_length_extra[] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
static const uint16_t rti_distance_base[] = { 1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073,
                                              4097, 6145, 8193, 12289, 16385, 24577 };

/* What a symbol means, its code word still left out. */
static uint32_t rti_symbol_meaning(int symbol)
{
    if (symbol < RTI_SYMBOL_END)
        return (uint32_t)symbol << 16 | RTI_ENTRY_BYTE;
    if (symbol == RTI_SYMBOL_END)
        return RTI_ENTRY_END;
    symbol -= RTI_SYMBOL_END + 1;
    return symbol < (int)RTI_COUNT(rti_length_base) ? (uint32_t)rti_length_base[symbol] << 16 | rti_length_extra[symbol] : (uint32_t)RTI_ENTRY_BAD;
}

static uint32_t rti_distance_meaning(int symbol)
{
    return symbol < (int)RTI_COUNT(rti_distance_base) ? (uint32_t)rti_distance_base[symbol] << 16 | (uint32_t)(symbol < 4 ? 0 : symbol / 2 - 1) : (uint32_t)RTI_ENTRY_BAD;
}

static uint32_t rti_lengths_meaning(int symbol) { return (uint32_t)symbol << 16; }

/* Writes an entry wherever the low bits are those of the code word. */
static void rti_table_spread(uint32_t *table, uint32_t word, int length, int table_bits, uint32_t entry)
{
    for (uint32_t i = word; i < 1u << table_bits; i += 1u << length)
        table[i] = entry;
}

/* The bits of a second table: as few as hold all words that begin like this one, which is the shortest of them. */
static int rti_table_deepen(const int *count, int length, int table_bits)
{
    int bits = length - table_bits, free_words = 1 << bits;
    for (; bits + table_bits < RTI_CODE_LENGTH; bits++) {
        free_words -= count[bits + table_bits];
        if (free_words <= 0)
            break;
        free_words *= 2;
    }
    return bits;
}

/* The table of a code whose words have the lengths given, 0 for none, in the order of RFC 1951, 3.2.2. False for lengths that more words
 * claim than there are, and for a code with words left over; but where it may be sparse, it may be one word of one bit, or none. */
static bool rti_table_make(uint32_t *table, int table_bits, const uint8_t *length, int n, bool sparse, uint32_t (*meaning)(int symbol))
{
    int count[RTI_CODE_LENGTH + 1] = { 0 }, next[RTI_CODE_LENGTH + 2] = { 0 }, left = 1, longest = 0;
    uint16_t sorted[288];
    for (int i = 0; i < n; i++)
        count[length[i]]++;
    for (int k = 1; k <= RTI_CODE_LENGTH; k++) {
        left = 2 * left - count[k];
        if (left < 0)
            return false;
        longest = count[k] ? k : longest;
        next[k + 1] = next[k] + count[k];
    }
    if (left > 0 && !(sparse && longest <= 1))
        return false;
    if (left > 0)
        rti_table_spread(table, 0, 0, table_bits, RTI_ENTRY_BAD | 1);
    for (int i = 0; i < n; i++)
        if (length[i])
            sorted[next[length[i]]++] = (uint16_t)i;
    const uint32_t low = (1u << table_bits) - 1;
    uint32_t word = 0, begins = low + 1, start = 0, end = low + 1;   /* word: its first bit lowest, as it comes */
    for (int i = 0, deep = 0; i < n - count[0]; i++) {
        int k = length[sorted[i]], rest = k - table_bits;
        uint32_t entry = meaning(sorted[i]);
        if (rest <= 0) {
            rti_table_spread(table, word, k, table_bits, entry + (uint32_t)k * 0x101);
        } else {
            if ((word & low) != begins) {
                begins = word & low;
                start = end;
                deep = rti_table_deepen(count, k, table_bits);
                end += 1u << deep;
                table[begins] = start << 16 | RTI_ENTRY_TABLE | (uint32_t)deep << 8 | (uint32_t)table_bits;
            }
            rti_table_spread(table + start, word >> table_bits, rest, deep, entry + (uint32_t)rest * 0x101);
        }
        count[k]--;
        uint32_t bit = 1u << (k - 1);                            /* one more, carried towards the low bits */
        while (word & bit)
            bit >>= 1;
        word = bit ? (word & (bit - 1)) | bit : 0;
    }
    return true;
}

static rt_status rti_codes_make(rti_inflate *z, const uint8_t *length, int n_symbols, int n_distances)
{
    if (!rti_table_make(z->symbol, RTI_SYMBOL_BITS, length, n_symbols, true, rti_symbol_meaning))
        return rti_inflate_refuse(z, "damaged: the lengths of a block's code words for bytes and lengths make no code");
    if (!rti_table_make(z->distance, RTI_DISTANCE_BITS, length + n_symbols, n_distances, true, rti_distance_meaning))
        return rti_inflate_refuse(z, "damaged: the lengths of a block's code words for distances make no code");
    z->state = RTI_INFLATE_CODES;
    return RT_OK;
}

static rt_status rti_codes_fixed(rti_inflate *z)
{
    uint8_t length[288 + 32];
    memset(length, 8, 144);
    memset(length + 144, 9, 112);
    memset(length + 256, 7, 24);
    memset(length + 280, 8, 8);
    memset(length + 288, 5, 32);
    return rti_codes_make(z, length, 288, 32);
}

/* The lengths of both codes' words, themselves written in a code: 0-15 a length, 16 the last one again, 17 and 18 zeros. */
static rt_status rti_codes_lengths(rti_inflate *z, uint8_t *length, int n)
{
    static const struct { uint8_t n_bits, least; } again[] = { { 2, 3 }, { 3, 3 }, { 7, 11 } };
    for (int i = 0; i < n;) {
        rt_status status = rti_inflate_fill(z);
        if (status != RT_OK)
            return status;
        uint32_t entry = z->distance[z->bits & ((1u << RTI_LENGTHS_BITS) - 1)], symbol = entry >> 16, more;
        if (z->n_bits < (int)(entry & 31))
            return rti_inflate_refuse(z, "packed data end early");
        rti_inflate_drop(z, (int)(entry & 31));
        if (symbol < 16) {
            length[i++] = (uint8_t)symbol;
            continue;
        }
        status = rti_inflate_take(z, again[symbol - 16].n_bits, &more);
        if (status != RT_OK)
            return status;
        int times = (int)more + again[symbol - 16].least;
        if ((symbol == 16 && i == 0) || times > n - i)
            return rti_inflate_refuse(z, "damaged: a length of code words is repeated that is not there, or too often");
        memset(length + i, symbol == 16 ? length[i - 1] : 0, (size_t)times);
        i += times;
    }
    return RT_OK;
}

static rt_status rti_codes_dynamic(rti_inflate *z)
{
    static const uint8_t order[19] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
    uint8_t length[288 + 32] = { 0 };
    uint32_t sizes, bits;
    rt_status status = rti_inflate_take(z, 14, &sizes);
    if (status != RT_OK)
        return status;
    int n_symbols = (int)(sizes & 31) + 257, n_distances = (int)(sizes >> 5 & 31) + 1, n_lengths = (int)(sizes >> 10) + 4;
    if (n_symbols > 286 || n_distances > 30)
        return rti_inflate_refuse(z, "damaged: a block has more code words than there are meanings");
    for (int i = 0; i < n_lengths && status == RT_OK; i++) {
        status = rti_inflate_take(z, 3, &bits);
        length[order[i]] = (uint8_t)bits;
    }
    if (status != RT_OK)
        return status;
    if (!rti_table_make(z->distance, RTI_LENGTHS_BITS, length, 19, false, rti_lengths_meaning))
        return rti_inflate_refuse(z, "damaged: the lengths of a block's code words for lengths make no code");
    memset(length, 0, 19);
    status = rti_codes_lengths(z, length, n_symbols + n_distances);
    if (status == RT_OK && length[RTI_SYMBOL_END] == 0)
        status = rti_inflate_refuse(z, "damaged: a block has no code word for its end");
    return status == RT_OK ? rti_codes_make(z, length, n_symbols, n_distances) : status;
}

/* ---- symbols ---- */

/* Looks up the next word and uses up its bits; *was: the bits before. */
static RTI_INLINE uint32_t rti_inflate_word(const uint32_t *table, int table_bits, uint64_t *bits, int *n_bits, uint64_t *was)
{
    uint32_t entry = table[*bits & ((1u << table_bits) - 1)];
    if (RTI_UNLIKELY(entry & RTI_ENTRY_TABLE)) {
        *bits >>= entry & 31;
        *n_bits -= (int)(entry & 31);
        entry = table[(entry >> 16) + (*bits & ((1u << (entry >> 8 & 15)) - 1))];
    }
    *was = *bits;
    *bits >>= entry & 31;
    *n_bits -= (int)(entry & 31);
    return entry;
}

/* The value of a word, with the bits that followed it added. */
static RTI_INLINE size_t rti_inflate_value(uint32_t entry, uint64_t was)
{
    return (entry >> 16) + (size_t)((was & (((uint64_t)1 << (entry & 31)) - 1)) >> (entry >> 8 & 15));
}

/* Copies n bytes from `back` bytes before; may write 7 more. */
static RTI_INLINE void rti_inflate_repeat(uint8_t *to, size_t back, size_t n)
{
    const uint8_t *from = to - back, *stop = to + n;
    if (back >= 8) {
        for (; to < stop; to += 8, from += 8)
            memcpy(to, from, 8);
    } else if (back == 1) {
        memset(to, *from, n);
    } else {
        while (to < stop)
            *to++ = *from++;
    }
}

static RTI_INLINE uint64_t rti_inflate_eight(const uint8_t *p)
{
    uint64_t word;
#if defined(_WIN32) || (defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
    memcpy(&word, p, 8);
#else
    word = 0;
    for (int i = 0; i < 8; i++)
        word |= (uint64_t)p[i] << 8 * i;
#endif
    return word;
}

/* What an entry that is neither a byte nor a length does. */
static RTI_NOINLINE rt_status rti_inflate_odd(rti_inflate *z, uint32_t entry)
{
    if (!(entry & RTI_ENTRY_END))
        return rti_inflate_refuse(z, "damaged: a code word that means nothing");
    z->state = z->last_block ? RTI_INFLATE_TRAILER : RTI_INFLATE_BLOCK;
    return RT_OK;
}

static RTI_NOINLINE rt_status rti_inflate_too_far(const rti_inflate *z)
{
    return rti_inflate_refuse(z, "damaged: a repeat of what lies before the beginning");
}

/* Symbols while there is so much input and room that neither needs a look at each step. */
static rt_status rti_inflate_fast(rti_inflate *z)
{
    const uint8_t *in = z->in, *last_in = z->end - 16;
    uint8_t *out = z->window + z->made, *const first = z->window + z->first, *const last_out = z->window + RTI_WINDOW_BYTES - RTI_WINDOW_SLACK;
    uint64_t bits = z->bits, was;
    int n_bits = z->n_bits;
    rt_status status = RT_OK;
    while (in <= last_in && out <= last_out) {
        bits |= rti_inflate_eight(in) << n_bits;      /* to 56 bits and more; those above n_bits are input that is taken again */
        in += (63 - n_bits) >> 3;
        n_bits |= 56;
        uint32_t entry = rti_inflate_word(z->symbol, RTI_SYMBOL_BITS, &bits, &n_bits, &was);
        if (entry & RTI_ENTRY_BYTE) {
            *out++ = (uint8_t)(entry >> 16);
            entry = rti_inflate_word(z->symbol, RTI_SYMBOL_BITS, &bits, &n_bits, &was);
            if (entry & RTI_ENTRY_BYTE) {
                *out++ = (uint8_t)(entry >> 16);
                entry = rti_inflate_word(z->symbol, RTI_SYMBOL_BITS, &bits, &n_bits, &was);
                if (entry & RTI_ENTRY_BYTE) {
                    *out++ = (uint8_t)(entry >> 16);
                    continue;
                }
            }
        }
        if (RTI_UNLIKELY(entry & RTI_ENTRY_ODD)) {
            status = rti_inflate_odd(z, entry);
            break;
        }
        size_t n = rti_inflate_value(entry, was);
        bits |= rti_inflate_eight(in) << n_bits;
        in += (63 - n_bits) >> 3;
        n_bits |= 56;
        entry = rti_inflate_word(z->distance, RTI_DISTANCE_BITS, &bits, &n_bits, &was);
        size_t back = rti_inflate_value(entry, was);
        if (RTI_UNLIKELY((entry & RTI_ENTRY_ODD) || back > (size_t)(out - first))) {
            status = entry & RTI_ENTRY_ODD ? rti_inflate_odd(z, entry) : rti_inflate_too_far(z);
            break;
        }
        rti_inflate_repeat(out, back, n);
        out += n;
    }
    z->in = in;
    z->bits = bits & (((uint64_t)1 << n_bits) - 1);
    z->n_bits = n_bits;
    z->made = (size_t)(out - z->window);
    return status;
}

/* One symbol, with a look at everything. */
static rt_status rti_inflate_symbol(rti_inflate *z)
{
    uint64_t was;
    size_t n = 0, back = 0;
    rt_status status = rti_inflate_fill(z);
    if (status != RT_OK)
        return status;
    uint32_t entry = rti_inflate_word(z->symbol, RTI_SYMBOL_BITS, &z->bits, &z->n_bits, &was), byte = entry & RTI_ENTRY_BYTE;
    if (!(entry & (RTI_ENTRY_ODD | RTI_ENTRY_BYTE))) {
        n = rti_inflate_value(entry, was);
        entry = rti_inflate_word(z->distance, RTI_DISTANCE_BITS, &z->bits, &z->n_bits, &was);
        back = rti_inflate_value(entry, was);
    }
    if (z->n_bits < 0)
        return rti_inflate_refuse(z, "packed data end early");
    if (entry & RTI_ENTRY_ODD)
        return rti_inflate_odd(z, entry);
    if (byte) {
        z->window[z->made++] = (uint8_t)(entry >> 16);
        return RT_OK;
    }
    if (back > z->made - z->first)
        return rti_inflate_too_far(z);
    rti_inflate_repeat(z->window + z->made, back, n);
    z->made += n;
    return RT_OK;
}

static bool rti_inflate_full(const rti_inflate *z) { return z->made > RTI_WINDOW_BYTES - RTI_WINDOW_SLACK; }

static rt_status rti_inflate_codes(rti_inflate *z)
{
    rt_status status = z->end - z->in >= 16 ? rti_inflate_fast(z) : RT_OK;
    while (status == RT_OK && z->state == RTI_INFLATE_CODES && !rti_inflate_full(z) && z->end - z->in < 16)
        status = rti_inflate_symbol(z);
    return status;
}

/* ---- blocks ---- */

static rt_status rti_inflate_block(rti_inflate *z)
{
    uint32_t head, sizes;
    rt_status status = rti_inflate_take(z, 3, &head);
    if (status != RT_OK)
        return status;
    z->last_block = head & 1;
    if (head >> 1 == 1)
        return rti_codes_fixed(z);
    if (head >> 1 == 2)
        return rti_codes_dynamic(z);
    if (head >> 1 == 3)
        return rti_inflate_refuse(z, "damaged: a block of a type that does not exist");
    rti_inflate_drop(z, z->n_bits & 7);
    status = rti_inflate_take(z, 32, &sizes);
    if (status == RT_OK && (sizes >> 16 ^ 0xffff) != (sizes & 0xffff))
        status = rti_inflate_refuse(z, "damaged: the two lengths of an unpacked block contradict each other");
    z->stored = sizes & 0xffff;
    z->state = RTI_INFLATE_STORED;
    return status;
}

/* Bytes as they are. */
static rt_status rti_inflate_stored(rti_inflate *z)
{
    while (z->stored > 0 && !rti_inflate_full(z)) {
        size_t n = 1, room = RTI_WINDOW_BYTES - RTI_WINDOW_SLACK + 1 - z->made;
        if (z->n_bits > 0) {
            z->window[z->made] = (uint8_t)(z->bits & 0xff);
            rti_inflate_drop(z, 8);
        } else {
            rt_status status = rti_inflate_input(z);
            if (status != RT_OK)
                return status;
            if (z->in == z->end)
                return rti_inflate_refuse(z, "packed data end early");
            n = RTI_MIN((size_t)(z->end - z->in), RTI_MIN(room, (size_t)z->stored));
            memcpy(z->window + z->made, z->in, n);
            z->in += n;
        }
        z->made += n;
        z->stored -= (uint32_t)n;
    }
    if (z->stored == 0)
        z->state = z->last_block ? RTI_INFLATE_TRAILER : RTI_INFLATE_BLOCK;
    return RT_OK;
}

/* ---- what stands round the blocks ---- */

static rt_status rti_inflate_zlib_header(rti_inflate *z)
{
    uint32_t head;
    rt_status status = rti_inflate_take(z, 16, &head);
    if (status != RT_OK)
        return status;
    if ((head & 0x0f) != 8 || (head & 0xf0) > 0x70 || ((head & 0xff) << 8 | head >> 8) % 31 != 0)
        return rti_inflate_refuse(z, "expected zlib data, which begin otherwise");
    if (head & 0x2000)
        return rti_raise(RT_ERR_UNSUPPORTED, z->op, "%.200s%szlib data that want a preset dictionary", z->name ? z->name : "", z->name ? ": " : "");
    z->check = 1;
    return RT_OK;
}

/* n bytes of a gzip header, taken into its check sum; the last four of them in *value, the first lowest. */
static rt_status rti_inflate_gzip_bytes(rti_inflate *z, uint32_t n, uint32_t *value)
{
    rt_status status = RT_OK;
    *value = 0;
    for (uint32_t i = 0, byte = 0; i < n && status == RT_OK; i++) {
        status = rti_inflate_take(z, 8, &byte);
        uint8_t b = (uint8_t)byte;
        z->check = rti_crc32(z->crc, z->check, &b, 1);
        *value |= i < 4 ? byte << 8 * i : 0;
    }
    return status;
}

static rt_status rti_inflate_gzip_text(rti_inflate *z)
{
    uint32_t byte;
    rt_status status;
    do
        status = rti_inflate_gzip_bytes(z, 1, &byte);
    while (status == RT_OK && byte != 0);
    return status;
}

static rt_status rti_inflate_gzip_header(rti_inflate *z)
{
    enum { CHECKED = 2, EXTRA = 4, NAME = 8, COMMENT = 16, UNKNOWN = 0xe0 };
    uint32_t magic = 0, flags = 0, n = 0, ignored, check;
    z->check = 0;
    rt_status status = rti_inflate_gzip_bytes(z, 3, &magic);
    if (status == RT_OK && magic != 0x088b1f)
        return rti_inflate_refuse(z, "expected gzip data, which begin with the bytes 1f 8b 08");
    if (status == RT_OK)
        status = rti_inflate_gzip_bytes(z, 1, &flags);
    if (status == RT_OK && (flags & UNKNOWN))
        return rti_inflate_refuse(z, "a gzip header with flags that mean nothing");
    if (status == RT_OK)
        status = rti_inflate_gzip_bytes(z, 6, &ignored);      /* time, effort, system */
    if (status == RT_OK && (flags & EXTRA))
        status = rti_inflate_gzip_bytes(z, 2, &n);
    if (status == RT_OK && (flags & EXTRA))
        status = rti_inflate_gzip_bytes(z, n, &ignored);
    if (status == RT_OK && (flags & NAME))
        status = rti_inflate_gzip_text(z);
    if (status == RT_OK && (flags & COMMENT))
        status = rti_inflate_gzip_text(z);
    if (status == RT_OK && (flags & CHECKED)) {
        uint32_t want = z->check & 0xffff;
        status = rti_inflate_take(z, 16, &check);
        if (status == RT_OK && check != want)
            return rti_inflate_refuse(z, "damaged: a gzip header that is not what its check sum says");
    }
    z->check = 0;
    return status;
}

static rt_status rti_inflate_header(rti_inflate *z)
{
    rt_status status = rti_inflate_fill(z);
    if (status == RT_OK && z->wrapping == RTI_WRAPPING_TOLD) {
        uint32_t first = (uint32_t)(z->bits & 0xff), second = (uint32_t)(z->bits >> 8 & 0xff);
        bool gzip = first == 0x1f && second == 0x8b, zlib = (first & 0x0f) == 8 && (first << 8 | second) % 31 == 0;
        if (z->n_bits < 16 || !(gzip || zlib))
            return rti_inflate_refuse(z, "expected zlib or gzip data, which begin otherwise");
        z->wrapping = gzip ? RTI_WRAPPING_GZIP : RTI_WRAPPING_ZLIB;
    }
    if (status == RT_OK && z->wrapping == RTI_WRAPPING_GZIP) {
        if (z->crc[0][1] == 0)
            rti_crc32_table(z->crc);
        status = rti_inflate_gzip_header(z);
    } else if (status == RT_OK && z->wrapping == RTI_WRAPPING_ZLIB) {
        status = rti_inflate_zlib_header(z);
    }
    z->first = z->checked = z->made;
    z->length = 0;
    z->state = RTI_INFLATE_BLOCK;
    return status;
}

/* After a member of gzip data: another one, zeros to the end, or the end. */
static rt_status rti_inflate_next_member(rti_inflate *z)
{
    rt_status status = rti_inflate_fill(z);
    if (status != RT_OK)
        return status;
    if (z->n_bits > 0 && (z->bits & 0xff) != 0) {
        z->state = RTI_INFLATE_HEADER;
        return RT_OK;
    }
    for (uint32_t byte = 0; z->n_bits > 0 && status == RT_OK; status = rti_inflate_fill(z)) {
        status = rti_inflate_take(z, 8, &byte);
        if (status != RT_OK || byte != 0)
            return status != RT_OK ? status : rti_inflate_refuse(z, "bytes follow the end of gzip data");
    }
    z->state = RTI_INFLATE_DONE;
    return status;
}

static rt_status rti_inflate_trailer(rti_inflate *z)
{
    uint32_t check = 0, length = 0;
    rt_status status = RT_OK;
    rti_inflate_check(z);
    rti_inflate_drop(z, z->n_bits & 7);
    if (z->wrapping != RTI_WRAPPING_NONE)
        status = rti_inflate_take(z, 32, &check);
    if (status == RT_OK && z->wrapping == RTI_WRAPPING_ZLIB)
        check = check >> 24 | (check >> 8 & 0xff00) | (check & 0xff00) << 8 | check << 24;
    if (status == RT_OK && z->wrapping == RTI_WRAPPING_GZIP)
        status = rti_inflate_take(z, 32, &length);
    if (status != RT_OK)
        return status;
    if ((z->wrapping != RTI_WRAPPING_NONE && check != z->check) || (z->wrapping == RTI_WRAPPING_GZIP && length != z->length))
        return rti_inflate_refuse(z, "damaged: what is unpacked is not what its check sum or length says");
    if (z->wrapping == RTI_WRAPPING_GZIP)
        return rti_inflate_next_member(z);
    status = rti_inflate_fill(z);
    if (status == RT_OK && z->n_bits > 0)
        return rti_inflate_refuse(z, "bytes follow the end of packed data");
    z->state = RTI_INFLATE_DONE;
    return status;
}

/* ---- piece by piece ---- */

/* Begins unpacking; the caller then gives it input. */
static void rti_inflate_start(rti_inflate *z, const char *op, const char *name, rti_wrapping wrapping)
{
    memset(z, 0, offsetof(rti_inflate, symbol));
    z->op = op;
    z->name = name;
    z->wrapping = wrapping;
    z->crc[0][1] = 0;
}

/* Unpacks until the window is full or everything is done. What there was has been handed out. */
static rt_status rti_inflate_run(rti_inflate *z)
{
    static rt_status (*const step[])(rti_inflate *) = { rti_inflate_header, rti_inflate_block, rti_inflate_stored, rti_inflate_codes, rti_inflate_trailer };
    if (rti_inflate_full(z)) {
        size_t gone = z->made - RTI_WINDOW_HISTORY;
        memmove(z->window, z->window + gone, RTI_WINDOW_HISTORY);
        z->first = z->first > gone ? z->first - gone : 0;
        z->taken = z->checked = z->made = RTI_WINDOW_HISTORY;
    }
    rt_status status = RT_OK;
    while (status == RT_OK && z->state != RTI_INFLATE_DONE && !rti_inflate_full(z))
        status = step[z->state](z);
    if (status == RT_OK)
        rti_inflate_check(z);
    return status;
}

/* The next n bytes; fewer, *got, only where they end. */
static rt_status rti_inflate_read(rti_inflate *z, void *to, size_t n, size_t *got)
{
    *got = 0;
    while (*got < n) {
        if (z->taken == z->made) {
            rt_status status = z->state == RTI_INFLATE_DONE ? RT_OK : rti_inflate_run(z);
            if (status != RT_OK || z->taken == z->made)
                return status;
        }
        size_t piece = RTI_MIN(n - *got, z->made - z->taken);
        memcpy(RTI_CAST(char *, to) + *got, z->window + z->taken, piece);
        z->taken += piece;
        *got += piece;
    }
    return RT_OK;
}

/* ---- all at once ---- */

RT_API rt_inflate_opts rt_inflate_opts_default(void)
{
    rt_inflate_opts o;
    o.exact = 1;
    o.limit = (int64_t)1 << 30;
    o.raw = false;
    return o;
}

/* Everything, in a block that grows; at most limit bytes. */
static rt_status rti_inflate_all(rti_inflate *z, int64_t limit, int64_t guess, uint8_t **bytes, int64_t *n)
{
    int64_t room = 0;
    uint8_t beyond;
    size_t got = 1;
    rt_status status = RT_OK;
    while (status == RT_OK && got > 0) {
        if (*n == limit) {
            status = rti_inflate_read(z, &beyond, 1, &got);
            return status == RT_OK && got ? rti_raise(RT_ERR_VALUE, z->op, "unpacked, the data are more than %lld bytes, the limit", (long long)limit) : status;
        }
        if (*n == room && !rti_grow(bytes, &room, RTI_MIN(limit, RTI_MAX(guess, room + 1)), 1))
            return rti_pending_code();
        status = rti_inflate_read(z, *bytes + *n, (size_t)(RTI_MIN(room, limit) - *n), &got);
        *n += (int64_t)got;
    }
    return status;
}

RT_API rt_tensor *rt_inflate(const void *packed, size_t n_bytes, const rt_inflate_opts *opts)
{
    static const char op[] = "rt_inflate";
    const rt_inflate_opts normal = rt_inflate_opts_default(), o = opts ? *opts : normal;
    int64_t limit = rti_int_option(o.limit, normal.limit, o.exact != 0), n = 0;
    if (!packed && n_bytes > 0) {
        rti_raise(RT_ERR_NULL, op, "packed is NULL");
        return NULL;
    }
    if (limit < 0) {
        rti_raise(RT_ERR_VALUE, op, "expected a limit of 0 bytes or more, got %lld", (long long)limit);
        return NULL;
    }
    rti_inflate *z = RTI_CAST(rti_inflate *, rti_pool_get(sizeof *z));
    if (!z)
        return NULL;
    uint8_t *bytes = NULL;
    rt_tensor *x = NULL;
    rti_inflate_start(z, op, NULL, o.raw ? RTI_WRAPPING_NONE : RTI_WRAPPING_TOLD);
    z->in = packed ? RTI_CAST(const uint8_t *, packed) : z->window;
    z->end = z->in + n_bytes;
    if (rti_inflate_all(z, limit, 4 * (int64_t)RTI_MIN(n_bytes, (size_t)INT32_MAX), &bytes, &n) == RT_OK)
        x = rti_tensor_new(RT_UINT8, &n, 1, n);
    if (x && n > 0)
        memcpy(x->data, bytes, (size_t)n);
    rti_pool_put(bytes);
    rti_pool_put(z);
    return rti_scoped(x);
}
