/* ---- random: the source of random words, MT19937 ----------------------------------------------------------------------------- */

#define RTI_RANDOM_WORDS 624 /* words in a state */
#define RTI_RANDOM_SHIFT 397 /* distance of the word that each new word is mixed with */

/* One generator. The same words as numpy.random.RandomState(seed mod 2^32) and as torch.manual_seed(seed) on a CPU.
 * A normal distribution makes numbers in pairs: the second of a pair waits here, standard (mean 0, deviation 1), for the next
 * draw, and seeding throws it away. */
typedef struct rti_random {
    uint64_t seed;                    /* all 64 bits as given; the words depend on the low 32 */
    uint32_t state[RTI_RANDOM_WORDS]; /* not tempered yet */
    int32_t next;                     /* index of the next word in state; RTI_RANDOM_WORDS: none left; one more: none made yet */
    bool has_normal_f32;
    bool has_normal_f64;
    float normal_f32; /* no distribution on a CPU fills it; kept so that torch.get_rng_state's bytes can be taken and given */
    double normal_f64;
} rti_random;

/* s[0] = seed mod 2^32,  s[i] = 1812433253 (s[i-1] ^ s[i-1] >> 30) + i    init_genrand of Matsumoto and Nishimura, 2002 */
static RTI_UNUSED void rti_random_seed(rti_random *random, uint64_t seed)
{
    uint32_t word = (uint32_t)(seed & 0xffffffffu);

    random->seed = seed;
    random->state[0] = word;
    for (uint32_t i = 1; i < RTI_RANDOM_WORDS; ++i) {
        word = (uint32_t)1812433253u * (word ^ (word >> 30)) + i;
        random->state[i] = word;
    }
    random->next = RTI_RANDOM_WORDS + 1;
    random->has_normal_f32 = false;
    random->has_normal_f64 = false;
    random->normal_f32 = 0.0f;
    random->normal_f64 = 0.0;
}

/* The high bit of one word and the low 31 of the next, shifted right, xor the matrix where the bit shifted out is set. */
static RTI_INLINE uint32_t rti_random_twist(uint32_t word, uint32_t following)
{
    uint32_t mixed = (word & 0x80000000u) | (following & 0x7fffffffu);
    return (mixed >> 1) ^ ((0u - (following & 1u)) & 0x9908b0dfu);
}

/* s[i] = s[i + offset] ^ twist(s[i], s[i+1])  for i in first..last-1; eight at a time, which compilers turn into vectors */
static RTI_INLINE void rti_random_advance(uint32_t *s, int32_t first, int32_t last, int32_t offset)
{
    int32_t i = first;

    for (; i + 8 <= last; i += 8)
        for (int32_t j = 0; j < 8; ++j)
            s[i + j] = s[i + j + offset] ^ rti_random_twist(s[i + j], s[i + j + 1]);
    for (; i < last; ++i)
        s[i] = s[i + offset] ^ rti_random_twist(s[i], s[i + 1]);
}

/* The next 624 words of the recurrence, in place of those used up. */
static RTI_NOINLINE void rti_random_refill(rti_random *random)
{
    uint32_t *s = random->state;

    rti_random_advance(s, 0, RTI_RANDOM_WORDS - RTI_RANDOM_SHIFT, RTI_RANDOM_SHIFT);
    rti_random_advance(s, RTI_RANDOM_WORDS - RTI_RANDOM_SHIFT, RTI_RANDOM_WORDS - 1, RTI_RANDOM_SHIFT - RTI_RANDOM_WORDS);
    s[RTI_RANDOM_WORDS - 1] = s[RTI_RANDOM_SHIFT - 1] ^ rti_random_twist(s[RTI_RANDOM_WORDS - 1], s[0]);
    random->next = 0;
}

static RTI_INLINE uint32_t rti_random_temper(uint32_t word)
{
    word ^= word >> 11;
    word ^= (word << 7) & 0x9d2c5680u;
    word ^= (word << 15) & 0xefc60000u;
    return word ^ (word >> 18);
}

/* The next 32 random bits. */
static RTI_INLINE uint32_t rti_random_word(rti_random *random)
{
    if (RTI_UNLIKELY(random->next >= RTI_RANDOM_WORDS))
        rti_random_refill(random);
    return rti_random_temper(random->state[random->next++]);
}

/* The next 64: the word drawn first is the high half. */
static RTI_INLINE uint64_t rti_random_word64(rti_random *random)
{
    uint64_t high = rti_random_word(random);
    return (high << 32) | rti_random_word(random);
}

/* The next 16 words, in order. */
static RTI_INLINE void rti_random_words16(rti_random *random, uint32_t *words)
{
    if (RTI_LIKELY(random->next <= RTI_RANDOM_WORDS - 16)) {
        const uint32_t *s = random->state + random->next;
        for (int32_t j = 0; j < 16; ++j)
            words[j] = rti_random_temper(s[j]);
        random->next += 16;
        return;
    }
    for (int32_t j = 0; j < 16; ++j)
        words[j] = rti_random_word(random);
}

/* ---- the bytes of torch.Generator.get_state: little-endian; the twister's words each in 64 bits ---- */

enum { RTI_RANDOM_BYTES = 5056, RTI_RANDOM_OLD_BYTES = 5048 };

static void rti_random_put(uint8_t *to, uint64_t x, int n)
{
    for (int i = 0; i < n; i++)
        to[i] = (uint8_t)(x >> (8 * i));
}

static uint64_t rti_random_get(const uint8_t *from, int n)
{
    uint64_t x = 0;
    for (int i = n; i-- > 0;)
        x = x << 8 | from[i];
    return x;
}

static RTI_UNUSED void rti_random_write(const rti_random *random, uint8_t bytes[RTI_RANDOM_BYTES])
{
    bool fresh = random->next > RTI_RANDOM_WORDS;
    uint64_t normal;
    uint32_t single;
    memcpy(&normal, &random->normal_f64, sizeof normal);
    memcpy(&single, &random->normal_f32, sizeof single);
    memset(bytes, 0, RTI_RANDOM_BYTES);
    rti_random_put(bytes, random->seed, 8);
    rti_random_put(bytes + 8, fresh ? 1 : (uint64_t)(RTI_RANDOM_WORDS + 1 - random->next), 4);      /* calls up to the next refill */
    rti_random_put(bytes + 12, 1, 4);                                                               /* seeded */
    rti_random_put(bytes + 16, fresh ? 0 : (uint64_t)random->next, 8);
    for (int i = 0; i < RTI_RANDOM_WORDS; i++)
        rti_random_put(bytes + 24 + 8 * i, random->state[i], 4);
    if (random->has_normal_f64)
        rti_random_put(bytes + 5024, normal, 8);                                                    /* at 5016 and 5032: u and radius, of old */
    rti_random_put(bytes + 5040, random->has_normal_f64, 4);
    if (random->has_normal_f32)
        rti_random_put(bytes + 5048, single, 4);
    rti_random_put(bytes + 5052, random->has_normal_f32, 1);
}

/* Takes such bytes, or the 5048 of old; false, with nothing changed, for what no generator writes. */
static RTI_UNUSED bool rti_random_read(rti_random *random, const uint8_t *bytes, int64_t n)
{
    uint64_t left = rti_random_get(bytes + 8, 4), next = rti_random_get(bytes + 16, 8), part;
    bool old = n == RTI_RANDOM_OLD_BYTES;
    if (rti_random_get(bytes + 12, 4) == 0 || next > RTI_RANDOM_WORDS || !(left + next == RTI_RANDOM_WORDS + 1 || (left == 1 && next == 0)))
        return false;
    random->seed = rti_random_get(bytes, 8);
    random->next = next == 0 && left == 1 ? RTI_RANDOM_WORDS + 1 : (int32_t)next;
    for (int i = 0; i < RTI_RANDOM_WORDS; i++)
        random->state[i] = (uint32_t)rti_random_get(bytes + 24 + 8 * i, 4);
    part = rti_random_get(bytes + 5024, 8);
    memcpy(&random->normal_f64, &part, sizeof part);
    random->has_normal_f64 = rti_random_get(bytes + 5040, 4) != 0;
    if (old && random->has_normal_f64) {
        double u, radius;
        part = rti_random_get(bytes + 5016, 8);
        memcpy(&u, &part, sizeof u);
        part = rti_random_get(bytes + 5032, 8);
        memcpy(&radius, &part, sizeof radius);
        random->normal_f64 = radius * sin(6.283185307179586476925286766559 * u);
    }
    random->has_normal_f32 = !old && bytes[5052] != 0;
    part = old ? 0 : rti_random_get(bytes + 5048, 4);
    uint32_t single = (uint32_t)part;
    memcpy(&random->normal_f32, &single, sizeof single);
    return true;
}
