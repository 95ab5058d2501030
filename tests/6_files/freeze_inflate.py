"""Writes frozen_inflate.h: bytes packed by Python's zlib and gzip, and by hand where those would not.

What they hold are bytes by a rule that the test has too: see content() below.

usage: python freeze_inflate.py > frozen_inflate.h
"""
import gzip
import io
import struct
import zlib


def content(rule, n):
    rules = {
        "TEXT": lambda i: b"etaoin shrdlu.\n"[(i * i // 5 + i // 3) % 15],
        "SPARSE": lambda i: i // 1009 % 256 if i % 1009 == 0 else 0,
        "FAR": lambda i: ord("b") if i % 32768 == 32767 else ord("a"),
        "NOISE": lambda i: i * 2654435761 % 2**32 >> 24,
    }
    return bytes(rules[rule](i) for i in range(n))


def pack(data, level=6, wbits=15, strategy=zlib.Z_DEFAULT_STRATEGY):
    z = zlib.compressobj(level, zlib.DEFLATED, wbits, 9, strategy)
    return z.compress(data) + z.flush()


class Bits:
    """A deflate stream by hand: put() the low bits first, word() those of a code word the high ones first."""

    def __init__(self):
        self.value, self.n = 0, 0

    def put(self, value, n):
        self.value |= value << self.n
        self.n += n
        return self

    def word(self, value, n):
        return self.put(int(format(value, "0%db" % n)[::-1], 2), n)

    def fixed(self, symbol):
        if symbol < 144:
            return self.word(0x30 + symbol, 8)
        if symbol < 256:
            return self.word(0x190 + symbol - 144, 9)
        return self.word(symbol - 256, 7) if symbol < 280 else self.word(0xC0 + symbol - 280, 8)

    def bytes(self):
        return self.value.to_bytes((self.n + 7) // 8, "little")


def lengths(symbols, distances, repeat=None):
    """A dynamic block's beginning: the lengths of the words, all written in a code of 16 words of four bits, 0 to 15; then what repeat() adds."""
    b = Bits().put(1, 1).put(2, 2).put(len(symbols) - 257, 5).put(len(distances) - 1, 5).put(15, 4)
    sixteen = {16} if repeat else set()
    for i in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]:
        b.put(4 if i < 15 or i == (16 if sixteen else 15) else 0, 3)
    order = [i for i in range(19) if i < 15 or i == (16 if sixteen else 15)]
    for length in symbols + distances if not repeat else repeat:
        b.word(order.index(length[0] if isinstance(length, tuple) else length), 4)
        if isinstance(length, tuple):
            b.put(length[1], 2)
    return b


def far(beyond):
    """One block whose repeats reach back 32768 bytes, the most there is; with beyond, one byte further than the beginning."""
    b = Bits().put(1, 1).put(1, 2).fixed(ord("a"))
    made = 1
    while made < 32767:
        n = min(258, 32767 - made)
        if n == 258:
            b.fixed(285)
        elif n < 11:                       # what is left over is short
            b.fixed(257 + n - 3)
        else:
            raise ValueError(n)
        b.word(0, 5)
        made += n
    if not beyond:
        b.fixed(ord("b"))
        made += 1
    n_far = 1 if beyond else 340
    for _ in range(n_far):
        b.fixed(285).word(29, 5).put(8191, 13)
    return b.fixed(256).bytes(), made + 258 * n_far


def gzip_by_hand(data, extra=None, name=None, comment=None, check=False, text=False, flags=0, method=8, damage=0, longer=0):
    flags |= (1 if text else 0) | (2 if check else 0) | (4 if extra is not None else 0) | (8 if name else 0) | (16 if comment else 0)
    head = struct.pack("<BBBBIBB", 0x1F, 0x8B, method, flags, 1234567890, 2, 3)
    if extra is not None:
        head += struct.pack("<H", len(extra)) + extra
    for t in (name, comment):
        if t:
            head += t + b"\0"
    if check:
        head += struct.pack("<H", (zlib.crc32(head) & 0xFFFF) ^ (1 if damage == 1 else 0))
    return head + pack(data, 9, -15) + struct.pack("<II", zlib.crc32(data) ^ (1 if damage == 2 else 0), len(data) + longer)


def by_gzip(data, name):
    out = io.BytesIO()
    with gzip.GzipFile(name, "wb", 9, out, mtime=0) as f:
        f.write(data)
    return out.getvalue()


def streams():
    text = content("TEXT", 300)
    for level in range(10):
        yield "zlib, level %d" % level, False, "TEXT", 300, pack(text, level)
    yield "zlib, nothing", False, "TEXT", 0, pack(b"")
    yield "zlib, one byte", False, "TEXT", 1, pack(content("TEXT", 1))
    yield "zlib, fixed code", False, "TEXT", 90, pack(content("TEXT", 90), 9, 15, zlib.Z_FIXED)
    yield "zlib, bytes alone", False, "TEXT", 300, pack(text, 9, 15, zlib.Z_HUFFMAN_ONLY)
    yield "zlib, runs alone", False, "TEXT", 300, pack(text, 9, 15, zlib.Z_RLE)
    yield "zlib, a window of 512 bytes", False, "TEXT", 2000, pack(content("TEXT", 2000), 9, 9)
    yield "zlib, nothing repeats", False, "NOISE", 200, pack(content("NOISE", 200), 9)
    z = zlib.compressobj(9)
    flushed = z.compress(text[:100]) + z.flush(zlib.Z_SYNC_FLUSH) + z.compress(text[100:150]) + z.flush(zlib.Z_FULL_FLUSH) + z.compress(text[150:]) + z.flush()
    yield "zlib, flushed in between", False, "TEXT", 300, flushed
    yield "zlib, much of nothing", False, "SPARSE", 200000, pack(content("SPARSE", 200000), 9)
    yield "raw, nothing", True, "TEXT", 0, pack(b"", 9, -15)
    yield "raw, dynamic code", True, "TEXT", 300, pack(text, 9, -15)
    yield "raw, stored", True, "TEXT", 70, pack(text[:70], 0, -15)
    packed, n = far(False)
    yield "raw, repeats from as far back as can be", True, "FAR", n, packed
    yield "raw, one word for the end, none for distances", True, "TEXT", 0, lengths([0] * 256 + [1], [0]).word(0, 1).bytes()
    # 'e' has the word 0, the end 10, a length of 3 the word 11; the one distance, 1, the word 0
    one = lengths([0] * 101 + [1] + [0] * 154 + [2, 2], [1]).put(0, 1).word(3, 2).put(0, 1).word(2, 2).bytes()
    yield "raw, one word of one bit for distances", True, "EEEE", 4, one
    yield "gzip, by GzipFile", False, "TEXT", 300, by_gzip(text, "name.txt")
    yield "gzip, nothing", False, "TEXT", 0, gzip.compress(b"", mtime=0)
    yield "gzip, extra field", False, "TEXT", 100, gzip_by_hand(text[:100], extra=b"Ap\x02\x00xy")
    yield "gzip, empty extra field", False, "TEXT", 100, gzip_by_hand(text[:100], extra=b"")
    yield "gzip, all there can be", False, "TEXT", 100, gzip_by_hand(text[:100], b"Ap\x02\x00xy", b"a name", b"a comment", True, True)
    yield "gzip, three members", False, "TEXT", 300, gzip.compress(text[:120], mtime=0) + gzip.compress(b"", mtime=0) + gzip_by_hand(text[120:], name=b"b", check=True)
    yield "gzip, zeros behind it", False, "TEXT", 50, gzip.compress(text[:50], mtime=0) + bytes(37)


def refused():
    text = content("TEXT", 60)
    z, g, bits = pack(text), gzip.compress(text, mtime=0), lambda: Bits().put(1, 1)
    yield "nothing at all", False, b"", "expected zlib or gzip data"
    yield "one byte", False, z[:1], "expected zlib or gzip data"
    yield "another kind of file", False, b"PK\x03\x04aaaaaaaa", "expected zlib or gzip data"
    yield "zlib, wrong check of the header", False, z[:1] + bytes([z[1] ^ 1]) + z[2:], "expected zlib or gzip data"
    yield "zlib, a window that is too large", False, b"\x88\x1c" + z[2:], "expected zlib data"
    yield "zlib, preset dictionary", False, b"\x78\xbb" + b"\0\0\0\1" + z[2:], "preset dictionary"
    yield "zlib, wrong check sum", False, z[:-1] + bytes([z[-1] ^ 1]), "check sum"
    yield "zlib, bytes behind it", False, z + b"\0", "bytes follow"
    yield "raw, nothing", True, b"", "end early"
    yield "raw, bytes behind it", True, pack(text, 6, -15) + b"\0", "bytes follow"
    yield "raw, block type 3", True, bits().put(3, 2).bytes(), "type that does not exist"
    yield "raw, two lengths", True, bits().put(0, 2).put(0, 5).put(1, 16).put(0xFFFF, 16).put(0, 8).bytes(), "contradict"
    yield "raw, 287 words", True, bits().put(2, 2).put(30, 5).put(0, 5).put(15, 4).put(0, 64).bytes(), "more code words"
    yield "raw, 31 distances", True, bits().put(2, 2).put(0, 5).put(30, 5).put(15, 4).put(0, 64).bytes(), "more code words"
    yield "raw, no words for lengths", True, bits().put(2, 2).put(0, 5).put(0, 5).put(0, 4).put(0, 64).bytes(), "code words for lengths"
    yield "raw, too many words for lengths", True, bits().put(2, 2).put(0, 5).put(0, 5).put(0, 4).put(0o1111, 12).put(0, 64).bytes(), "code words for lengths"
    yield "raw, too few words for lengths", True, bits().put(2, 2).put(0, 5).put(0, 5).put(0, 4).put(0o0021, 12).put(0, 64).bytes(), "code words for lengths"
    yield "raw, a length again, the first", True, lengths([0] * 257, [0], [(16, 0)]).put(0, 64).bytes(), "repeated"
    yield "raw, a length again, too often", True, lengths([0] * 257, [0], [0] * 256 + [(16, 3)]).put(0, 64).bytes(), "repeated"
    yield "raw, no end", True, lengths([1] + [0] * 255 + [0, 1], [1]).put(0, 64).bytes(), "no code word for its end"
    yield "raw, too many words", True, lengths([1] + [0] * 255 + [1, 1], [1]).put(0, 64).bytes(), "for bytes and lengths make no code"
    yield "raw, too few words", True, lengths([2] + [0] * 255 + [2, 2], [1]).put(0, 64).bytes(), "for bytes and lengths make no code"
    yield "raw, too many distances", True, lengths([0] * 256 + [1], [1, 1, 1]).put(0, 64).bytes(), "for distances make no code"
    yield "raw, too few distances", True, lengths([0] * 256 + [1], [2, 2, 2]).put(0, 64).bytes(), "for distances make no code"
    yield "raw, the word that is missing", True, lengths([0] * 256 + [1], [0]).word(1, 1).put(0, 64).bytes(), "means nothing"
    yield "raw, length 286", True, bits().put(1, 2).fixed(97).fixed(286).put(0, 64).bytes(), "means nothing"
    yield "raw, distance 30", True, bits().put(1, 2).fixed(97).fixed(257).word(30, 5).put(0, 64).bytes(), "means nothing"
    yield "raw, no distances", True, lengths([1] + [0] * 255 + [2, 2], [0]).put(0, 1).word(3, 2).put(0, 64).bytes(), "means nothing"
    yield "raw, repeat of nothing", True, bits().put(1, 2).fixed(257).word(0, 5).put(0, 64).bytes(), "before the beginning"
    yield "raw, repeat from too far", True, far(True)[0], "before the beginning"
    yield "gzip, another method", False, gzip_by_hand(text, method=7), "1f 8b 08"
    yield "gzip, unknown flag", False, gzip_by_hand(text, flags=32), "flags that mean nothing"
    yield "gzip, wrong check of the header", False, gzip_by_hand(text, check=True, damage=1), "gzip header"
    yield "gzip, wrong check sum", False, gzip_by_hand(text, damage=2), "check sum or length"
    yield "gzip, wrong length", False, gzip_by_hand(text, longer=1), "check sum or length"
    yield "gzip, bytes behind it", False, g + b"abcd", "1f 8b 08"
    yield "gzip, one behind zeros", False, g + bytes(20) + b"\1", "bytes follow"
    yield "gzip, the second repeats the first", False, g + g[:10] + bits().put(1, 2).fixed(257).word(0, 5).put(0, 64).bytes(), "before the beginning"


print("/* Made by freeze_inflate.py; not to be edited. */")
print()
print("enum { TEXT, SPARSE, FAR, NOISE, EEEE };")
names, arrays = [], []
for kind, rows in (("good", list(streams())), ("bad", list(refused()))):
    print()
    for i, row in enumerate(rows):
        data = list(row[4] if kind == "good" else row[2])
        print("static const uint8_t frozen_%s_%d[] = {" % (kind, i))
        for at in range(0, max(len(data), 1), 32):
            print("    " + " ".join("%d," % b for b in data[at : at + 32] or [0]))
        print("};")
print()
print("/* Packed bytes, whether without a header, and the rule and the length of what they hold. */")
print("static const struct { const char *name; bool raw; const uint8_t *packed; size_t n; int rule; size_t n_content; } frozen_good[] = {")
for i, (name, raw, rule, n, packed) in enumerate(streams()):
    print('    { "%s", %s, frozen_good_%d, %d, %s, %d },' % (name, str(raw).lower(), i, len(packed), rule, n))
print("};")
print()
print("/* Packed bytes that are to be refused, and what the message says. */")
print("static const struct { const char *name; bool raw; const uint8_t *packed; size_t n; const char *message; } frozen_bad[] = {")
for i, (name, raw, packed, message) in enumerate(refused()):
    print('    { "%s", %s, frozen_bad_%d, %d, "%s" },' % (name, str(raw).lower(), i, len(packed), message))
print("};")
