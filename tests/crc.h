/* Check sums as zlib's crc32, over values as a little-endian machine lays them out: those of files frozen on one hold on every machine. */
#ifndef TESTS_CRC_H
#define TESTS_CRC_H
#include <stddef.h>
#include <stdint.h>

/* Of n_bytes at data, values of `width` bytes each. */
static inline uint32_t check_crc32(const void *data, size_t n_bytes, size_t width)
{
    static uint32_t table[256];
    const unsigned char *p = (const unsigned char *)data;
    const uint16_t one = 1;
    const size_t turn = *(const unsigned char *)&one ? 0 : width - 1;      /* i ^ turn runs backwards through a value: widths are powers of two */
    uint32_t crc = 0xffffffffu;
    for (uint32_t i = 0; i < 256 && !table[255]; i++) {
        table[i] = i;
        for (int k = 0; k < 8; k++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0);
    }
    for (size_t i = 0; i < n_bytes; i++)
        crc = crc >> 8 ^ table[(crc ^ p[i ^ turn]) & 255];
    return ~crc;
}
#endif
