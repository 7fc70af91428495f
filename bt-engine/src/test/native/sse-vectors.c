/*
 * Records what this machine does with SSE and SSE2 instructions, as test vectors.
 *
 *   gcc -O1 -o sse-vectors sse-vectors.c && ./sse-vectors 1 | gzip -9n > ../resources/sse/vectors.gz   (seed)
 *
 * Every case loads XMM0 and MM0 with a, XMM1, MM1, ECX and the memory at EDI with b, EAX with a constant, and MXCSR, executes one
 * instruction and looks at what it wrote. Unmasked exceptions arrive as signals. Each is executed with a register and with
 * memory as second operand, where there are both, and both must do the same. Inputs come from a generator that the test
 * repeats (same seed, same draws); only instructions and results are in the file.
 *
 * File, little endian: u32 magic 'SSEV', u16 instructions; each: u8 length, bytes, u8 flags, u8 lanes (a's in the lower half, b's in the
 *   upper), u8 result (where, and its length), u16 cases, u32 seed of the first; then, if it may raise exceptions, the column of the
 *   flags in MXCSR afterwards (with bit 6: unmasked), and that of the results, in which cases that were interrupted have none.
 *   The recorder checks that nothing changes but the result. EFLAGS: the low byte, with OF in bit 1.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum {
  MEMORY = 1, /* there is a form with memory as second operand, too */
  STATUS = 2, /* may raise exceptions */
  ROUGH = 4,  /* an approximation */
};
/* where the result is */
enum { XMM0 = 0x00, MM0 = 0x20, EAX = 0x40, FLAGS = 0x60, MEM = 0x80, WHERE = 0xE0 };
/* lanes of an operand; of COUNTS, the upper ones are often 0 */
enum { INTEGERS, SINGLES, DOUBLES, COUNTS };

typedef struct {
  uint8_t length, bytes[6], flags, lanes, result;
  uint16_t cases;
} insn;

static uint64_t state;
static uint64_t next(void) {
  uint64_t z = (state += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

static const uint32_t EDGES_32[32] = {
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007FFFFF, 0x807FFFFF, 0x00400000, 0x00800000,
    0x80800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00001, 0x7F800001,
    0xFFBFFFFF, 0x7FFFFFFF, 0x3F800000, 0xBF800000, 0x3F800001, 0x3F7FFFFF, 0x3F000000, 0xBF000000,
    0x40000000, 0x3FC00000, 0x4B000000, 0x4EFFFFFF, 0x4F000000, 0xCF000000, 0xCF000001, 0x00800001};
static const uint64_t EDGES_64[32] = {
    0,                     1ull << 63,            1,                     0x8000000000000001ull, 0x000FFFFFFFFFFFFFull,
    0x800FFFFFFFFFFFFFull, 0x0008000000000000ull, 0x0010000000000000ull, 0x8010000000000000ull, 0x7FEFFFFFFFFFFFFFull,
    0xFFEFFFFFFFFFFFFFull, 0x7FF0000000000000ull, 0xFFF0000000000000ull, 0x7FF8000000000000ull, 0xFFF8000000000001ull,
    0x7FF0000000000001ull, 0xFFF7FFFFFFFFFFFFull, 0x7FFFFFFFFFFFFFFFull, 0x3FF0000000000000ull, 0xBFF0000000000000ull,
    0x3FF0000000000001ull, 0x3FEFFFFFFFFFFFFFull, 0x3FE0000000000000ull, 0xC000000000000000ull, 0x47EFFFFFE0000000ull,
    0x47EFFFFFF0000000ull, 0x380FFFFFE0000000ull, 0x369FFFFFFFFFFFFFull, 0x41DFFFFFFFC00000ull, 0xC1E0000000000000ull,
    0x41DFFFFFFFDFFFFFull, 0xC1E00000001FFFFFull};
static const uint32_t EDGES_INT[16] = {0,      1,      0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, 0x8000,     0x7FFF, 0xFFFF,
                                       0x80007F, 0x7F80, 0xFF00,   0x8080,     0x10000,    0xFFFF0000, 0x01FFFFFF, 0x1000001};

/* Low bits of a significand: anything, long runs, few bits, none. */
static uint64_t fraction(uint64_t v) {
  uint64_t r = next();
  switch (v & 3) {
    case 0: return r;
    case 1: return r & ~0ull << (v >> 2 & 63);
    case 2: return r | ~0ull >> (v >> 2 & 63);
    default: return r & 7ull << (v >> 2 & 63);
  }
}

static uint32_t single(uint32_t other) {
  uint64_t v = next();
  uint32_t low = v >> 32;
  switch (v & 7) {
    case 0: case 1: return EDGES_32[v >> 3 & 31];
    case 2: return low;
    case 3: return (low & 0x80000000) | (112 + (v >> 3 & 31)) << 23 | (fraction(v >> 8) & 0x7FFFFF);
    case 4: return (low & 0x80000000) | (125 + (v >> 3 & 3)) << 23 | (fraction(v >> 8) & 0x7FFFFF);
    case 5: return (low & 0x80000000) | (v >> 3 & 1 ? v >> 4 & 31 : 223 + (v >> 4 & 31)) << 23 | (fraction(v >> 9) & 0x7FFFFF);
    case 6: return other ^ (low & 0x80000000) ^ (v >> 3 & 3);
    default: return (low & 0x80000000) | (127 + (v >> 3 & 31)) << 23 | (fraction(v >> 8) & 0x7FFFFF);
  }
}

static uint64_t real(uint64_t other) {
  uint64_t v = next();
  uint64_t s = v & 1ull << 63, f = 0xFFFFFFFFFFFFFull;
  switch (v & 7) {
    case 0: case 1: return EDGES_64[v >> 3 & 31];
    case 2: return next();
    case 3: return s | (uint64_t)(1008 + (v >> 3 & 31)) << 52 | (fraction(v >> 8) & f);
    case 4: return s | (uint64_t)(1021 + (v >> 3 & 3)) << 52 | (fraction(v >> 8) & f);
    case 5: return s | (uint64_t)(v >> 3 & 1 ? v >> 4 & 63 : 1983 + (v >> 4 & 63)) << 52 | (fraction(v >> 10) & f);
    case 6: return other ^ s ^ (v >> 3 & 3);
    default: return s | (uint64_t)(v >> 3 & 1 ? 870 + (v >> 4 & 31) : 1023 + (v >> 4 & 127)) << 52 | (fraction(v >> 11) & f);
  }
}

static uint32_t integer(uint32_t other) {
  uint64_t v = next();
  switch (v & 7) {
    case 0: return EDGES_INT[v >> 3 & 15];
    case 1: return EDGES_INT[v >> 3 & 15] ^ EDGES_INT[v >> 7 & 15];
    case 2: return v >> 3 & 63;
    case 3: return other;
    case 4: return other ^ 1u << (v >> 3 & 31);
    default: return v >> 32;
  }
}

static uint32_t a[4], b[4], mxcsr;

static void draw(int lanes, uint32_t *to, const uint32_t *other) {
  if (lanes == DOUBLES) {
    for (int n = 0; n < 4; n += 2) {
      uint64_t o = other[n] | (uint64_t)other[n + 1] << 32;
      uint64_t v = real(o);
      to[n] = v;
      to[n + 1] = v >> 32;
    }
  } else {
    for (int n = 0; n < 4; n++) to[n] = lanes == SINGLES ? single(other[n]) : integer(other[n]);
  }
  if (lanes == COUNTS && next() % 4 == 0) to[1] = to[2] = to[3] = 0; /* shift counts */
}

static void inputs(const insn *in, uint32_t seed) {
  static const uint32_t none[4];
  state = seed;
  draw(in->lanes & 15, a, none);
  draw(in->lanes >> 4, b, a);
  uint64_t v = next();
  mxcsr = 0x1F80;
  if (in->flags & STATUS) {
    uint32_t masks = v & 3 ? 0x3F : v >> 2 & 0x3F;
    uint32_t flags = v >> 8 & 1 ? v >> 10 & 0x3F : 0;
    uint32_t rounding = v >> 16 & 1 ? v >> 17 & 3 : 0;
    uint32_t zeros = v >> 20 & 3 ? 0 : v >> 22 & 3;
    mxcsr = masks << 7 | flags | rounding << 13 | (zeros & 1) << 6 | (zeros >> 1) << 15;
  }
}

/* ---- execution ---- */

typedef struct {
  uint8_t xmm[2][16], mm[2][8], operand[32];
  uint32_t eax, ecx, mxcsr, unused;
  uint64_t flags;
} __attribute__((aligned(32))) registers;

static uint8_t *code;
static uint64_t after;
static int faulted;
static registers before, now;

static void handler(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  ucontext_t *u = context;
  faulted = 1;
  now.mxcsr = u->uc_mcontext.fpregs->mxcsr;
  u->uc_mcontext.gregs[REG_RIP] = after;
}

static int parse(const char *hex, uint8_t *to) {
  int length = 0, n;
  unsigned v;
  for (; sscanf(hex, "%2x%n", &v, &n) == 1; hex += n) to[length++] = v;
  return length;
}

static int modrm(const insn *in) { return in->bytes[0] == 0x0F ? 2 : 3; }

/* A function of rdi, the operand, and rsi, all registers. */
static void assemble(const insn *in, int memory) {
  uint8_t *p = code;
  p += parse("0F AE 56 58 0F 10 06 0F 10 4E 10 0F 6F 46 20 0F 6F 4E 28 8B 46 50 8B 4E 54", p);
  memcpy(p, in->bytes, in->length);
  if (memory) p[modrm(in)] = (p[modrm(in)] & 0x38) | 7;
  p += in->length;
  p += parse("9C 0F AE 5E 58 8F 46 60", p);
  after = (uint64_t)p;
  p += parse("0F 11 06 0F 11 4E 10 0F 7F 46 20 0F 7F 4E 28 89 46 50 89 4E 54 0F 77 C3", p);
  __builtin___clear_cache((char *)code, (char *)p);
}

static uint8_t *place(registers *r, const insn *in) {
  switch (in->result & WHERE) {
    case XMM0: return r->xmm[0];
    case MM0: return r->mm[0];
    case EAX: return (uint8_t *)&r->eax;
    case FLAGS: return (uint8_t *)&r->flags;
    default: return r->operand;
  }
}

static void run(const insn *in) {
  memset(&before, 0, sizeof before);
  memcpy(before.xmm[0], a, 16);
  memcpy(before.xmm[1], b, 16);
  memcpy(before.mm[0], a, 8);
  memcpy(before.mm[1], b, 8);
  memcpy(before.operand, b, 16);
  before.eax = 0xA5A5A5A5;
  before.ecx = b[0];
  before.mxcsr = mxcsr;
  now = before;
  faulted = 0;
  ((void (*)(void *, void *))code)(now.operand, &now);
  now.flags = (now.flags & 0xD5) | (now.flags >> 10 & 2);
  uint32_t status = now.mxcsr;
  registers rest = now;
  rest.mxcsr = before.mxcsr;
  if ((in->result & WHERE) != FLAGS) rest.flags = 0;
  if (!faulted) memcpy(place(&rest, in), place(&before, in), in->result & 31);
  if (memcmp(&rest, &before, sizeof rest) != 0 || (status & ~0x3F) != (mxcsr & ~0x3F)) {
    fprintf(stderr, "more changed than the result of %02X %02X %02X %02X\n", in->bytes[0], in->bytes[1], in->bytes[2], in->bytes[3]);
    exit(1);
  }
}

/* ---- instructions ---- */

static insn insns[800];
static int count;

static void add(const char *bytes, int flags, int aLanes, int bLanes, int result, int cases) {
  insn *in = &insns[count++];
  in->length = parse(bytes, in->bytes);
  in->flags = flags;
  in->lanes = aLanes | bLanes << 4;
  in->result = result;
  in->cases = cases;
}

static void addf(const char *format, int value, int flags, int aLanes, int bLanes, int result, int cases) {
  char bytes[40];
  snprintf(bytes, sizeof bytes, format, value);
  add(bytes, flags, aLanes, bLanes, result, cases);
}

static void list(void) {
  enum { S = SINGLES, D = DOUBLES, I = INTEGERS, MS = MEMORY | STATUS };
  static const uint8_t arithmetic[] = {0x51, 0x58, 0x59, 0x5C, 0x5D, 0x5E, 0x5F};
  for (unsigned n = 0; n < sizeof arithmetic; n++) {
    addf("0F %02X C1", arithmetic[n], MS, S, S, XMM0 | 16, 1500);
    addf("66 0F %02X C1", arithmetic[n], MS, D, D, XMM0 | 16, 1500);
    addf("F3 0F %02X C1", arithmetic[n], MS, S, S, XMM0 | 4, 3000);
    addf("F2 0F %02X C1", arithmetic[n], MS, D, D, XMM0 | 8, 3000);
  }
  for (int n = 0x52; n <= 0x53; n++) {
    addf("0F %02X C1", n, MEMORY | ROUGH, S, S, XMM0 | 16, 500);
    addf("F3 0F %02X C1", n, MEMORY | ROUGH, S, S, XMM0 | 4, 500);
  }
  for (int n = 0; n < 8; n++) {
    addf("0F C2 C1 %02X", n, MS, S, S, XMM0 | 16, 600);
    addf("66 0F C2 C1 %02X", n, MS, D, D, XMM0 | 16, 600);
    addf("F3 0F C2 C1 %02X", n, MS, S, S, XMM0 | 4, 600);
    addf("F2 0F C2 C1 %02X", n, MS, D, D, XMM0 | 8, 600);
  }
  for (int n = 0x2E; n <= 0x2F; n++) {
    addf("0F %02X C1", n, MS, S, S, FLAGS | 1, 1500);
    addf("66 0F %02X C1", n, MS, D, D, FLAGS | 1, 1500);
  }
  /* conversions */
  add("0F 2A C1", MS, S, I, XMM0 | 8, 1000);
  add("66 0F 2A C1", MS, S, I, XMM0 | 16, 500);
  add("F3 0F 2A C1", MS, S, I, XMM0 | 4, 2000);
  add("F2 0F 2A C1", MS, S, I, XMM0 | 8, 500);
  for (int n = 0x2C; n <= 0x2D; n++) {
    addf("0F %02X C1", n, MS, I, S, MM0 | 8, 1500);
    addf("66 0F %02X C1", n, MS, I, D, MM0 | 8, 1500);
    addf("F3 0F %02X C1", n, MS, I, S, EAX | 4, 2500);
    addf("F2 0F %02X C1", n, MS, I, D, EAX | 4, 2500);
  }
  add("0F 5A C1", MS, I, S, XMM0 | 16, 1500);
  add("66 0F 5A C1", MS, I, D, XMM0 | 16, 1500);
  add("F3 0F 5A C1", MS, I, S, XMM0 | 8, 2000);
  add("F2 0F 5A C1", MS, I, D, XMM0 | 4, 3000);
  add("0F 5B C1", MS, I, I, XMM0 | 16, 1000);
  add("66 0F 5B C1", MS, I, S, XMM0 | 16, 1500);
  add("F3 0F 5B C1", MS, I, S, XMM0 | 16, 1500);
  add("66 0F E6 C1", MS, I, D, XMM0 | 16, 1500);
  add("F3 0F E6 C1", MS, I, I, XMM0 | 16, 500);
  add("F2 0F E6 C1", MS, I, D, XMM0 | 16, 1500);
  /* logic, shuffles and moves */
  static const uint8_t logic[] = {0x14, 0x15, 0x28, 0x54, 0x55, 0x56, 0x57};
  for (unsigned n = 0; n < sizeof logic; n++) {
    addf("0F %02X C1", logic[n], MEMORY, I, I, XMM0 | 16, 100);
    addf("66 0F %02X C1", logic[n], MEMORY, I, I, XMM0 | 16, 100);
  }
  static const char *const moves[] = {"0F 10 C1", "66 0F 10 C1", "66 0F 6F C1", "F3 0F 6F C1", "F3 0F 7E C1"};
  for (unsigned n = 0; n < sizeof moves / sizeof *moves; n++) add(moves[n], MEMORY, I, I, XMM0 | 16, 40);
  static const char *const loads[] = {"F3 0F 10 07", "F2 0F 10 07", "66 0F 6E 07", "66 0F 6E C1", "66 0F D6 C8", "0F 29 C8", "0F 11 C8", "66 0F 7F C8", "F3 0F 7F C8", "F3 0F D6 C1"};
  for (unsigned n = 0; n < sizeof loads / sizeof *loads; n++) add(loads[n], 0, I, I, XMM0 | 16, 40);
  static const char *const into8[] = {"F2 0F 10 C1", "F2 0F 11 C8", "0F 12 07", "66 0F 12 07", "0F 12 C1"};
  for (unsigned n = 0; n < sizeof into8 / sizeof *into8; n++) add(into8[n], 0, I, I, XMM0 | 8, 40);
  static const char *const into16[] = {"0F 16 07", "66 0F 16 07", "0F 16 C1"};
  for (unsigned n = 0; n < sizeof into16 / sizeof *into16; n++) add(into16[n], 0, I, I, XMM0 | 16, 40);
  add("F3 0F 10 C1", 0, I, I, XMM0 | 4, 40);
  add("F3 0F 11 C8", 0, I, I, XMM0 | 4, 40);
  static const char *const stores16[] = {"0F 11 07", "66 0F 11 07", "0F 29 07", "66 0F 29 07", "66 0F 7F 07", "F3 0F 7F 07", "0F 2B 07", "66 0F 2B 07", "66 0F E7 07"};
  for (unsigned n = 0; n < sizeof stores16 / sizeof *stores16; n++) add(stores16[n], 0, I, I, MEM | 16, 40);
  static const char *const stores8[] = {"F2 0F 11 07", "66 0F D6 07", "0F 13 07", "66 0F 13 07", "0F 17 07", "66 0F 17 07", "0F E7 07"};
  for (unsigned n = 0; n < sizeof stores8 / sizeof *stores8; n++) add(stores8[n], 0, I, I, MEM | 8, 40);
  static const char *const stores4[] = {"F3 0F 11 07", "66 0F 7E 07", "0F C3 07"};
  for (unsigned n = 0; n < sizeof stores4 / sizeof *stores4; n++) add(stores4[n], 0, I, I, MEM | 4, 40);
  static const char *const general[] = {"66 0F 7E C0", "0F 50 C1", "66 0F 50 C1", "0F D7 C1", "66 0F D7 C1"};
  for (unsigned n = 0; n < sizeof general / sizeof *general; n++) add(general[n], 0, I, I, EAX | 4, 200);
  add("F2 0F D6 C1", 0, I, I, MM0 | 8, 40);
  add("66 0F F7 C1", 0, I, I, MEM | 16, 300);
  add("0F F7 C1", 0, I, I, MEM | 8, 300);
  for (int n = 0; n < 9; n++) {
    addf("0F C5 C1 %02X", n * 3, 0, I, I, EAX | 4, 30);
    addf("66 0F C5 C1 %02X", n * 3, 0, I, I, EAX | 4, 30);
    addf("0F C4 C1 %02X", n * 3, MEMORY, I, I, MM0 | 8, 30);
    addf("66 0F C4 C1 %02X", n * 3, MEMORY, I, I, XMM0 | 16, 30);
  }
  for (int n = 0; n < 256; n += 17 + n % 3) {
    addf("0F C6 C1 %02X", n, MEMORY, I, I, XMM0 | 16, 20);
    addf("66 0F C6 C1 %02X", n, MEMORY, I, I, XMM0 | 16, 20);
    addf("0F 70 C1 %02X", n, MEMORY, I, I, MM0 | 8, 20);
    addf("66 0F 70 C1 %02X", n, MEMORY, I, I, XMM0 | 16, 20);
    addf("F2 0F 70 C1 %02X", n, MEMORY, I, I, XMM0 | 16, 20);
    addf("F3 0F 70 C1 %02X", n, MEMORY, I, I, XMM0 | 16, 20);
  }
  /* packed integers */
  static const uint8_t both[] = {0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x74, 0x75, 0x76, 0xD4, 0xD5, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xE0, 0xE3, 0xE4, 0xE5, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xED, 0xEE, 0xEF, 0xF4, 0xF5, 0xF6, 0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE};
  for (unsigned n = 0; n < sizeof both; n++) addf("66 0F %02X C1", both[n], MEMORY, I, I, XMM0 | 16, 300);
  static const uint8_t mmx[] = {0xD4, 0xDA, 0xDE, 0xE0, 0xE3, 0xE4, 0xEA, 0xEE, 0xF4, 0xF6, 0xFB};
  for (unsigned n = 0; n < sizeof mmx; n++) addf("0F %02X C1", mmx[n], MEMORY, I, I, MM0 | 8, 400);
  static const uint8_t shifts[] = {0xD1, 0xD2, 0xD3, 0xE1, 0xE2, 0xF1, 0xF2, 0xF3};
  for (unsigned n = 0; n < sizeof shifts; n++) addf("66 0F %02X C1", shifts[n], MEMORY, I, COUNTS, XMM0 | 16, 300);
  static const char *const immediates[] = {"66 0F 71 D0 %02X", "66 0F 71 E0 %02X", "66 0F 71 F0 %02X", "66 0F 72 D0 %02X", "66 0F 72 E0 %02X", "66 0F 72 F0 %02X", "66 0F 73 D0 %02X", "66 0F 73 D8 %02X", "66 0F 73 F0 %02X", "66 0F 73 F8 %02X"};
  static const uint8_t counts[] = {0, 1, 7, 8, 9, 15, 16, 31, 32, 63, 64, 255};
  for (unsigned n = 0; n < sizeof immediates / sizeof *immediates; n++)
    for (unsigned k = 0; k < sizeof counts; k++) addf(immediates[n], counts[k], 0, I, I, XMM0 | 16, 10);
}

static void out(const void *p, size_t n) { fwrite(p, n, 1, stdout); }

int main(int argc, char **argv) {
  uint32_t seed = argc > 1 ? strtoul(argv[1], 0, 0) : 1;
  code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGFPE, &action, 0);
  list();
  uint32_t magic = 0x56455353;
  uint16_t instructions = count;
  out(&magic, 4);
  out(&instructions, 2);
  uint32_t total = 0;
  for (int n = 0; n < count; n++) {
    const insn *in = &insns[n];
    int width = in->result & 31, results = 0;
    uint8_t *status = calloc(in->cases, 1), *result = calloc(in->cases, width);
    for (int memory = 0; memory <= (in->flags & MEMORY); memory++) {
      results = 0;
      assemble(in, memory);
      for (int k = 0; k < in->cases; k++) {
        inputs(in, seed + k);
        run(in);
        uint8_t s = (now.mxcsr & 0x3F) | faulted << 6;
        uint8_t *r = result + results * width;
        if (memory && (status[k] != s || (!faulted && memcmp(r, place(&now, in), width) != 0))) {
          fprintf(stderr, "memory makes a difference to %02X %02X %02X %02X\n", in->bytes[0], in->bytes[1], in->bytes[2], in->bytes[3]);
          return 1;
        }
        status[k] = s;
        if (!faulted) {
          memcpy(r, place(&now, in), width);
          results++;
        }
      }
    }
    out(&in->length, 1);
    out(in->bytes, in->length);
    out(&in->flags, 3);
    out(&in->cases, 2);
    out(&seed, 4);
    if (in->flags & STATUS) out(status, in->cases);
    out(result, (size_t)results * width);
    free(status);
    free(result);
    seed += in->cases;
    total += in->cases;
  }
  fprintf(stderr, "%d instructions, %u cases\n", count, total);
  return 0;
}
