/*
 * Records what this machine's x87 unit does, as test vectors for the library's arithmetic.
 *
 *   gcc -O1 -o x87-vectors x87-vectors.c && ./x87-vectors 1 540 1200 | gzip -9n > x87.gz   (seed, cases, values)
 *
 * Every case loads the whole unit with FXRSTOR, executes one instruction and stores the unit with FXSAVE, which
 * neither waits for nor reports pending exceptions, so unmasked responses can be recorded too.
 *
 * Output, little endian:
 *   u32 magic 'X87V', u16 pools; per pool: u16 count, count x 10 bytes
 *   u16 instructions; per instruction:
 *     u8 opcode, u8 modrm (memory forms have mod 0), u8 outputs (OUT_ bits), u8 pool of operand b, u32 count, then columns:
 *     count x u16 control word, u8 setup, u16 a, u16 b, u16 status word after, u8 tags after (bit i: physical register i in use)
 *     then for each output bit count x its bytes: ST(0) 10, ST(1) 10, memory 10, EFLAGS 1
 *   setup: bit 0 ST(0) empty, bit 1 ST(1) empty, bit 2 ST(7) in use; bits 3-5 TOP; bits 6-7 two of the condition bits (C0, C1) in the
 *   initial status word; C2 and C3 get the same two.
 *   The memory operand holds b before the instruction; ST(1) holds b in register forms and pool value 0 of the register pool in memory forms.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { OUT_ST0 = 1, OUT_ST1 = 2, OUT_MEM = 4, OUT_FLAGS = 8 };
enum { P_EXT, P_F32, P_F64, P_I16, P_I32, P_I64, P_BCD, POOLS };

typedef struct { uint64_t sig; uint16_t se; } __attribute__((packed)) ext;

#define MAX_POOL 60000
static ext pool[POOLS][MAX_POOL];
static int pool_size[POOLS];

static uint64_t rng_state;
static uint64_t rnd(void) {
  rng_state += 0x9E3779B97F4A7C15ull;
  uint64_t z = rng_state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

static void put(int p, uint64_t sig, unsigned se) {
  if (pool_size[p] < MAX_POOL) pool[p][pool_size[p]++] = (ext){sig, (uint16_t)se};
}
static void put_signed(int p, uint64_t sig, unsigned e) { put(p, sig, e); put(p, sig, e | 0x8000); }

/* A significand with a bias to long runs of equal bits, where carries and rounding live. */
static uint64_t random_bits(void) {
  uint64_t r = rnd();
  switch (rnd() % 6) {
    case 0: return r & ~0ull << (rnd() % 64);
    case 1: return r | ~0ull >> (rnd() % 64);
    case 2: return ~0ull << (rnd() % 64);
    case 3: return (r & 0xFFF) << (rnd() % 52);
    default: return r;
  }
}

static void fill_extended(int n) {
  static const uint64_t sigs[] = {0x8000000000000000ull, 0x8000000000000001ull, 0xFFFFFFFFFFFFFFFFull, 0xC000000000000000ull, 0xAAAAAAAAAAAAAAABull};
  static const unsigned exps[] = {1, 2, 0x3F80, 0x3F81, 0x3FBE, 0x3FBF, 0x3FC0, 0x3FFD, 0x3FFE, 0x3FFF, 0x4000, 0x400D, 0x400E, 0x401D, 0x401E, 0x403D, 0x403E, 0x403F, 0x407E, 0x407F, 0x43FE, 0x43FF, 0x7FFD, 0x7FFE};
  put_signed(P_EXT, 0x8000000000000000ull, 0x3FFF);
  put_signed(P_EXT, 0, 0);
  put_signed(P_EXT, 0x8000000000000000ull, 0x7FFF);
  put_signed(P_EXT, 0xC000000000000000ull, 0x7FFF);
  put_signed(P_EXT, 0xC000000000000001ull, 0x7FFF);
  put_signed(P_EXT, 0xFFFFFFFFFFFFFFFFull, 0x7FFF);
  put_signed(P_EXT, 0x8000000000000001ull, 0x7FFF); /* signalling */
  put_signed(P_EXT, 0xBFFFFFFFFFFFFFFFull, 0x7FFF);
  put_signed(P_EXT, 0xA000000000000000ull, 0x7FFF);
  put_signed(P_EXT, 0, 0x7FFF); /* pseudo-infinity */
  put_signed(P_EXT, 0x4000000000000001ull, 0x7FFF); /* pseudo-NaN */
  put_signed(P_EXT, 0x1000000000000000ull, 0x4000); /* unnormal */
  put_signed(P_EXT, 0, 0x3FFF);
  put_signed(P_EXT, 1, 0); /* denormals */
  put_signed(P_EXT, 0x7FFFFFFFFFFFFFFFull, 0);
  put_signed(P_EXT, 0x4000000000000000ull, 0);
  put_signed(P_EXT, 0x0000000100000000ull, 0);
  put_signed(P_EXT, 0x8000000000000000ull, 0); /* pseudo-denormals */
  put_signed(P_EXT, 0xFFFFFFFFFFFFFFFFull, 0);
  put_signed(P_EXT, 0x8000000000000001ull, 0);
  for (unsigned e = 0; e < sizeof exps / sizeof *exps; e++)
    for (unsigned s = 0; s < sizeof sigs / sizeof *sigs; s++) put_signed(P_EXT, sigs[s], exps[e]);
  put_signed(P_EXT, 0xC90FDAA22168C235ull, 0x4000); /* pi and fractions */
  put_signed(P_EXT, 0xC90FDAA22168C235ull, 0x3FFF);
  put_signed(P_EXT, 0xC90FDAA22168C235ull, 0x3FFE);
  put_signed(P_EXT, 0x96CBE3F9990E91A8ull, 0x4001);
  put_signed(P_EXT, 0x95F619980C4336F7ull, 0x3FFD); /* 1 - sqrt(1/2) */
  put_signed(P_EXT, 0xB504F333F9DE6484ull, 0x3FFE);
  while (pool_size[P_EXT] < n) {
    unsigned e;
    switch (rnd() % 10) {
      case 0: case 1: case 2: e = 0x3FFF - 8 + rnd() % 16; break;
      case 3: e = 0x3FFF - 70 + rnd() % 140; break;
      case 4: e = rnd() % 70; break;
      case 5: e = 0x7FFE - rnd() % 70; break;
      case 6: e = (rnd() & 1 ? 0x1FFF : 0x5FFF) - 70 + rnd() % 140; break;
      case 7: e = 0x3FFF - 1022 - rnd() % 56; break;
      case 8: e = rnd() & 1 ? 0x3FFF - 126 - rnd() % 27 : 0x3FFF + 8 + rnd() % 60; break;
      default: e = rnd() % 0x7FFF; break;
    }
    uint64_t s = random_bits();
    if (e != 0) s |= 1ull << 63;
    put(P_EXT, s, e | (rnd() & 0x8000));
  }
}

static void fill_memory(int n) {
  static const uint32_t f32[] = {0, 0x80000000, 1, 0x807FFFFF, 0x400000, 0x800000, 0x7F7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00001, 0x7F800001, 0xFFBFFFFF, 0x3F800000, 0xBF800000, 0x3F000000, 0x40490FDB};
  static const uint64_t f64[] = {0, 1ull << 63, 1, 0x800FFFFFFFFFFFFFull, 0x8000000000000, 0x10000000000000, 0x7FEFFFFFFFFFFFFFull, 0x7FF0000000000000ull, 0xFFF0000000000000ull, 0x7FF8000000000000ull, 0xFFF8000000000001ull, 0x7FF0000000000001ull, 0xFFF7FFFFFFFFFFFFull, 0x3FF0000000000000ull, 0xBFF0000000000000ull, 0x3FE0000000000000ull};
  for (unsigned i = 0; i < sizeof f32 / sizeof *f32; i++) put(P_F32, f32[i], 0);
  for (unsigned i = 0; i < sizeof f64 / sizeof *f64; i++) put(P_F64, f64[i], 0);
  static const uint64_t ints[] = {0, 1, ~0ull, 2, 0x7FFF, 0x8000, 0x7FFFFFFF, 0x80000000, 0x7FFFFFFFFFFFFFFFull, 0x8000000000000000ull};
  for (int p = P_I16; p <= P_I64; p++)
    for (unsigned i = 0; i < sizeof ints / sizeof *ints; i++) put(p, ints[i], 0);
  put(P_BCD, 0, 0);
  put(P_BCD, 0, 0x8000);
  put(P_BCD, 0x9999999999999999ull, 0x0099);
  put(P_BCD, 0x9999999999999999ull, 0x8099);
  put(P_BCD, 0x1234567890123456ull, 0x7F12);
  while (pool_size[P_F32] < n) {
    unsigned e = rnd() % 4 ? 127 - 20 + rnd() % 40 : rnd() % 255;
    put(P_F32, (rnd() & 0x80000000) | e << 23 | (uint32_t)(random_bits() >> 41), 0);
  }
  while (pool_size[P_F64] < n) {
    uint64_t e = rnd() % 4 ? 1023 - 20 + rnd() % 40 : rnd() % 2047;
    put(P_F64, (rnd() & 1ull << 63) | e << 52 | random_bits() >> 12, 0);
  }
  for (int p = P_I16; p <= P_I64; p++)
    while (pool_size[p] < n) put(p, (uint64_t)((int64_t)random_bits() >> rnd() % 64), 0);
  while (pool_size[P_BCD] < n) {
    uint64_t v = 0;
    for (int i = 0; i < 16; i++) v = v << 4 | rnd() % 10;
    unsigned h = rnd() % 10 << 4 | rnd() % 10;
    if (rnd() % 4 == 0) { v >>= rnd() % 16 * 4; h = 0; }
    put(P_BCD, v, h | (rnd() & 0x8000));
  }
}

typedef struct { uint8_t opcode, modrm, outputs, pool, weight; } insn;
#define REG(o, m, out, w) {o, m, out, P_EXT, w}
#define MEM(o, r, out, p, w) {o, (r) << 3 | 7, out, p, w}
static const insn insns[] = {
  REG(0xD8, 0xC1, OUT_ST0, 4), REG(0xD8, 0xC9, OUT_ST0, 4), REG(0xD8, 0xD1, 0, 1), REG(0xD8, 0xD9, 0, 1),
  REG(0xD8, 0xE1, OUT_ST0, 4), REG(0xD8, 0xE9, OUT_ST0, 2), REG(0xD8, 0xF1, OUT_ST0, 4), REG(0xD8, 0xF9, OUT_ST0, 2),
  REG(0xDC, 0xC1, OUT_ST1, 1), REG(0xDC, 0xC9, OUT_ST1, 1), REG(0xDC, 0xE1, OUT_ST1, 1), REG(0xDC, 0xE9, OUT_ST1, 1), REG(0xDC, 0xF1, OUT_ST1, 1), REG(0xDC, 0xF9, OUT_ST1, 1),
  REG(0xDE, 0xC1, OUT_ST0 | OUT_ST1, 1), REG(0xDE, 0xC9, OUT_ST0, 1), REG(0xDE, 0xE1, OUT_ST0, 1), REG(0xDE, 0xE9, OUT_ST0, 1), REG(0xDE, 0xF1, OUT_ST0, 1), REG(0xDE, 0xF9, OUT_ST0, 1),
  REG(0xDE, 0xD9, 0, 1), REG(0xDA, 0xE9, 0, 1), REG(0xDD, 0xE1, 0, 1), REG(0xDD, 0xE9, 0, 1),
  REG(0xDB, 0xF1, OUT_FLAGS, 1), REG(0xDB, 0xE9, OUT_FLAGS, 1), REG(0xDF, 0xF1, OUT_FLAGS, 1), REG(0xDF, 0xE9, OUT_FLAGS, 1),
  REG(0xD9, 0xE0, OUT_ST0, 1), REG(0xD9, 0xE1, OUT_ST0, 1), REG(0xD9, 0xE4, 0, 1), REG(0xD9, 0xE5, 0, 1),
  REG(0xD9, 0xE8, OUT_ST0, 1), REG(0xD9, 0xE9, OUT_ST0, 1), REG(0xD9, 0xEA, OUT_ST0, 1), REG(0xD9, 0xEB, OUT_ST0, 1), REG(0xD9, 0xEC, OUT_ST0, 1), REG(0xD9, 0xED, OUT_ST0, 1), REG(0xD9, 0xEE, OUT_ST0, 1),
  REG(0xD9, 0xF0, OUT_ST0, 4), REG(0xD9, 0xF1, OUT_ST0, 4), REG(0xD9, 0xF2, OUT_ST0 | OUT_ST1, 4), REG(0xD9, 0xF3, OUT_ST0, 4),
  REG(0xD9, 0xF4, OUT_ST0 | OUT_ST1, 1), REG(0xD9, 0xF5, OUT_ST0, 4), REG(0xD9, 0xF6, 0, 1), REG(0xD9, 0xF7, 0, 1),
  REG(0xD9, 0xF8, OUT_ST0, 4), REG(0xD9, 0xF9, OUT_ST0, 4), REG(0xD9, 0xFA, OUT_ST0, 4), REG(0xD9, 0xFB, OUT_ST0 | OUT_ST1, 2),
  REG(0xD9, 0xFC, OUT_ST0, 2), REG(0xD9, 0xFD, OUT_ST0, 4), REG(0xD9, 0xFE, OUT_ST0, 4), REG(0xD9, 0xFF, OUT_ST0, 4),
  REG(0xD9, 0xC1, OUT_ST0, 1), REG(0xD9, 0xC9, OUT_ST0 | OUT_ST1, 1), REG(0xD9, 0xD0, 0, 1), REG(0xDD, 0xC1, OUT_ST1, 1), REG(0xDD, 0xD1, OUT_ST1, 1), REG(0xDD, 0xD9, OUT_ST0, 1),
#define ARITH(op, p) MEM(op, 0, OUT_ST0, p, 1), MEM(op, 1, OUT_ST0, p, 1), MEM(op, 2, 0, p, 1), MEM(op, 3, 0, p, 1), MEM(op, 4, OUT_ST0, p, 1), MEM(op, 5, OUT_ST0, p, 1), MEM(op, 6, OUT_ST0, p, 1), MEM(op, 7, OUT_ST0, p, 1)
  ARITH(0xD8, P_F32), ARITH(0xDC, P_F64), ARITH(0xDA, P_I32), ARITH(0xDE, P_I16),
  MEM(0xD9, 0, OUT_ST0, P_F32, 1), MEM(0xD9, 2, OUT_MEM, P_F32, 3), MEM(0xD9, 3, OUT_MEM, P_F32, 1),
  MEM(0xDD, 0, OUT_ST0, P_F64, 1), MEM(0xDD, 2, OUT_MEM, P_F64, 3), MEM(0xDD, 3, OUT_MEM, P_F64, 1),
  MEM(0xDB, 0, OUT_ST0, P_I32, 1), MEM(0xDB, 2, OUT_MEM, P_I32, 2), MEM(0xDB, 3, OUT_MEM, P_I32, 1),
  MEM(0xDF, 0, OUT_ST0, P_I16, 1), MEM(0xDF, 2, OUT_MEM, P_I16, 2), MEM(0xDF, 3, OUT_MEM, P_I16, 1),
  MEM(0xDF, 4, OUT_ST0, P_BCD, 1), MEM(0xDF, 5, OUT_ST0, P_I64, 1), MEM(0xDF, 6, OUT_MEM, P_BCD, 2), MEM(0xDF, 7, OUT_MEM, P_I64, 2),
  MEM(0xDB, 5, OUT_ST0, P_EXT, 1), MEM(0xDB, 7, OUT_MEM, P_EXT, 1),
};
#define INSNS (int)(sizeof insns / sizeof *insns)

typedef struct { uint16_t cw, a, b, sw; uint8_t setup, tags, flags; ext st0, st1, mem; } record;

static uint8_t before[512] __attribute__((aligned(16)));
static uint8_t after[512] __attribute__((aligned(16)));
static uint8_t *code;

static void assemble(const insn *in) {
  /* rdi = memory operand, rsi = before, rdx = after; returns EFLAGS */
  uint8_t c[] = {0x0F, 0xAE, 0x0E, in->opcode, in->modrm, 0x9C, 0x58, 0x0F, 0xAE, 0x02, 0xDB, 0xE3, 0xC3};
  memcpy(code, c, sizeof c);
  __builtin___clear_cache((char *)code, (char *)code + sizeof c);
}

static void run(const insn *in, record *r) {
  int memory = in->modrm < 0xC0;
  ext a = pool[P_EXT][r->a], b = pool[in->pool][r->b];
  int top = r->setup >> 3 & 7;
  unsigned conditions = ((r->setup & 0x40) ? 0x4100 : 0) | ((r->setup & 0x80) ? 0x600 : 0);
  unsigned used = 0;
  if (!(r->setup & 1)) used |= 1 << top;
  if (!(r->setup & 2)) used |= 1 << ((top + 1) & 7);
  if (r->setup & 4) used |= 1 << ((top + 7) & 7);
  memset(before, 0, sizeof before);
  *(uint16_t *)(before) = r->cw;
  *(uint16_t *)(before + 2) = conditions | top << 11;
  before[4] = used;
  *(uint32_t *)(before + 24) = 0x1F80;
  ext other = memory ? pool[P_EXT][0] : b;
  memcpy(before + 32, &a, 10);
  memcpy(before + 48, &other, 10);
  uint8_t operand[16] = {0};
  memcpy(operand, &b, 10);
  uint64_t flags = ((uint64_t (*)(void *, void *, void *))code)(operand, before, after);
  memcpy(&r->st0, after + 32, 10);
  memcpy(&r->st1, after + 48, 10);
  memcpy(&r->mem, operand, 10);
  r->sw = *(uint16_t *)(after + 2);
  r->tags = after[4];
  r->flags = (uint8_t)flags;
}

static void out(const void *p, size_t n) { fwrite(p, n, 1, stdout); }
#define COLUMN(field, bytes) for (int k = 0; k < n; k++) out(&r[k].field, bytes)

int main(int argc, char **argv) {
  rng_state = argc > 1 ? strtoull(argv[1], 0, 0) : 1;
  int cases = argc > 2 ? atoi(argv[2]) : 400;
  int values = argc > 3 ? atoi(argv[3]) : 1200;
  code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  fill_extended(values);
  fill_memory(values / 4);
  uint32_t magic = 0x56373858;
  uint16_t pools = POOLS, count = INSNS;
  out(&magic, 4);
  out(&pools, 2);
  for (int p = 0; p < POOLS; p++) {
    uint16_t size = pool_size[p];
    out(&size, 2);
    for (int i = 0; i < size; i++) out(&pool[p][i], 10);
  }
  out(&count, 2);
  for (int i = 0; i < INSNS; i++) {
    const insn *in = &insns[i];
    uint32_t n = cases * in->weight;
    record *r = calloc(n, sizeof *r);
    assemble(in);
    for (uint32_t k = 0; k < n; k++) {
      static const unsigned pcs[] = {0, 2, 3, 3};
      r[k].cw = 0x40 | (rnd() % 4 ? 0x3F : rnd() & 0x3F) | pcs[rnd() % 4] << 8 | (rnd() & 3) << 10;
      r[k].setup = (rnd() % 16 ? 0 : rnd() & 7) | (rnd() & 0xF8);
      /* half of the values from the edge cases at the start of the pool */
      r[k].a = rnd() % 3 ? rnd() % pool_size[P_EXT] : rnd() % 290;
      int bs = pool_size[in->pool];
      r[k].b = rnd() % 3 ? rnd() % bs : rnd() % (bs < 290 ? bs : 290);
      run(in, &r[k]);
    }
    out(&in->opcode, 4);
    out(&n, 4);
    COLUMN(cw, 2);
    COLUMN(setup, 1);
    COLUMN(a, 2);
    COLUMN(b, 2);
    COLUMN(sw, 2);
    COLUMN(tags, 1);
    if (in->outputs & OUT_ST0) COLUMN(st0, 10);
    if (in->outputs & OUT_ST1) COLUMN(st1, 10);
    if (in->outputs & OUT_MEM) COLUMN(mem, 10);
    if (in->outputs & OUT_FLAGS) COLUMN(flags, 1);
    free(r);
  }
  return 0;
}
