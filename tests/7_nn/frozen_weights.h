/* Made by freeze_weights.py with torch 2.13.0; not to be edited. */

/* torch.manual_seed(seed), torch.nn.Linear(in, out): checksums of the bits, the first weight, the last bias. */
typedef struct frozen_layer {
    uint64_t seed;
    int64_t in, out;
    bool bias;
    rt_dtype dtype;
    uint32_t weight_sum, bias_sum;
    double weight, last_bias;
} frozen_layer;

static const frozen_layer frozen_layers[] = {
    { 0ull, 10, 20, true, RT_FLOAT32, 0x599e5f8cu, 0x121861b5u, -0.0023675404954701662, -0.25663357973098755 },
    { 1ull, 20, 2, true, RT_FLOAT32, 0xe566d343u, 0x0a2ec455u, 0.11521635204553604, -0.09460768848657608 },
    { 2ull, 1, 1, true, RT_FLOAT32, 0xec7fb95fu, 0x290c2f37u, 0.22939014434814453, -0.23797428607940674 },
    { 3ull, 3, 5, true, RT_FLOAT32, 0x853bd8c8u, 0xbf2fb487u, -0.57242715358734131, 0.43284669518470764 },
    { 4ull, 7, 3, false, RT_FLOAT32, 0x34c024e5u, 0x00000000u, 0.045082557946443558, 0 },
    { 5ull, 64, 128, true, RT_FLOAT32, 0xb0e6c379u, 0x4881882fu, 0.082562968134880066, -0.10972121357917786 },
    { 6ull, 784, 30, true, RT_FLOAT32, 0xcb164bfcu, 0xfbb24903u, 0.0051569687202572823, 0.015927668660879135 },
    { 7ull, 1000, 1, true, RT_FLOAT32, 0x5ab869bbu, 0x00ebc363u, 0.0022086952812969685, 0.027956582605838776 },
    { 1099511627784ull, 17, 19, true, RT_FLOAT32, 0xc3c0dbafu, 0x475ae8d0u, 0.047501701861619949, -0.072232648730278015 },
    { 9ull, 9, 4, true, RT_FLOAT64, 0x8e202406u, 0xcf7fc4efu, -0.16914928294467091, -0.12059778847057459 },
    { 10ull, 50, 50, false, RT_FLOAT64, 0x7ba42b19u, 0x00000000u, 0.046577770129997025, 0 },
    { 11ull, 0, 3, true, RT_FLOAT32, 0x811c9dc5u, 0x4ab0f7b7u, 0, 0 },
    { 12ull, 4, 0, true, RT_FLOAT32, 0x811c9dc5u, 0x811c9dc5u, 0, 0 },
};

/* torch.manual_seed(0), Sequential(Linear(10, 20), ReLU(), Sequential(Linear(20, 8), GELU()), Linear(8, 2)): checksum of each parameter. */
typedef struct frozen_parameter { const char *name; uint32_t sum; } frozen_parameter;

static const frozen_parameter frozen_net[] = {
    { "0.weight", 0x599e5f8cu },
    { "0.bias", 0x121861b5u },
    { "2.0.weight", 0x80f3699bu },
    { "2.0.bias", 0x08b168ecu },
    { "3.weight", 0x1386ba15u },
    { "3.bias", 0xf44eeea7u },
};

/* ... and its output for x[i, j] = (i - j) / 4, 3 rows. */
static const float frozen_output[] = { -0.148660332f, -0.169333369f, -0.132074684f, -0.182147324f, -0.114787072f, -0.194965973f };

/* torch.manual_seed(seed), Embedding(rows, length, padding_idx=padding, max_norm=most): checksum of the weight; of rows 1, padding, 1 and 3 picked from it, each sum; */
/* and of the weight's gradient where those are added up. */
typedef struct frozen_embedding { uint64_t seed; int rows, length, padding; double most; uint32_t sum; float picked[4], grad[4]; } frozen_embedding;

static const frozen_embedding frozen_embeddings[] = {
    { 3ull, 7, 5, 2, 0, 0x606527f3u, { -0.620594323f, 0.00000000f, -0.620594323f, 1.44324124f }, { 0.00000000f, 10.0000000f, 0.00000000f, 5.00000000f } },
    { 3ull, 40, 6, -1, 0, 0x09a1cce1u, { -0.307873070f, 0.00000000f, -0.307873070f, -0.711693406f }, { 0.00000000f, 12.0000000f, 0.00000000f, 6.00000000f } },
    { 8ull, 4, 3, 0, 0.5, 0x8587a804u, { -0.436652303f, 0.00000000f, -0.436652303f, 0.174028799f }, { 0.00000000f, 6.00000000f, 0.00000000f, 3.00000000f } },
};

/* torch.manual_seed(0), torch.nn.init.rule(x [shape], number, mode, nonlinearity) */
typedef struct frozen_rule {
    const char *name;
    double number;
    const char *mode, *nonlinearity;
    int ndim;
    int64_t size[4];
    uint32_t sum;
    double first;
} frozen_rule;

static const frozen_rule frozen_rules[] = {
    { "kaiming_uniform_", 0, "fan_in", "leaky_relu", 2, { 32, 9 }, 0xa2b1d3c9u, -0.0061129634268581867 },
    { "kaiming_uniform_", 0.20000000000000001, "fan_out", "leaky_relu", 3, { 8, 4, 3 }, 0x538e91dbu, -0.0036707157269120216 },
    { "kaiming_uniform_", 0, "fan_in", "relu", 4, { 4, 3, 2, 2 }, 0xb00caf0cu, -0.005293981172144413 },
    { "kaiming_uniform_", 0, "fan_out", "tanh", 2, { 5, 16 }, 0x6ecabba5u, -0.009665442630648613 },
    { "kaiming_normal_", 0, "fan_in", "leaky_relu", 2, { 16, 4 }, 0xd88347e6u, -0.79608899354934692 },
    { "kaiming_normal_", 0, "fan_out", "selu", 4, { 8, 3, 3, 3 }, 0x3230e3c2u, -0.099511124193668365 },
    { "xavier_uniform_", 1, "", "", 2, { 12, 30 }, 0x8ab69c77u, -0.0028297519311308861 },
    { "xavier_uniform_", 1.6666666666666667, "", "", 3, { 6, 2, 3 }, 0xfac07dd8u, -0.0062390165403485298 },
    { "xavier_normal_", 1, "", "", 2, { 12, 30 }, 0x35330c66u, -0.24567839503288269 },
    { "xavier_normal_", 0.5, "", "", 2, { 20, 5 }, 0x2d92d745u, -0.15921780467033386 },
};

/* torch.manual_seed(5), torch.nn.init.trunc_normal_(x [n], mean, std, a, b) */
typedef struct frozen_truncated { int64_t n; rt_dtype dtype; double mean, std, a, b; uint32_t sum; double first; } frozen_truncated;

static const frozen_truncated frozen_truncateds[] = {
    { 1000, RT_FLOAT32, 0, 1, -2, 2, 0x911dea72u, 1.8423298597335815 },
    { 1000, RT_FLOAT32, 0, 0.02, -2, 2, 0xee498b61u, 0.036846596747636795 },
    { 777, RT_FLOAT64, 1, 2, 0.5, 3, 0x23dc3920u, 2.6471427862923704 },
    { 40, RT_FLOAT32, 1, 0.5, 1.1000000000000001, 1.3, 0x1495854du, 1.2660503387451172 },
    { 1000, RT_FLOAT32, 0, 1, 1.5, 4, 0x0809b7bdu, 2.846430778503418 },
    { 100, RT_FLOAT64, 3, 1, -1, 0.5, 0x4ccdececu, -0.40391865904932983 },
    { 9, RT_FLOAT32, 0, 1, -1, 1, 0xea12d7d8u, -0.48678076267242432 },
    { 1, RT_FLOAT32, 2, 1, 0, 1, 0x317ba752u, 0.83025187253952026 },
};
