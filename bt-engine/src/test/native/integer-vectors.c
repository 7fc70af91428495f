/*
 * Records what the host processor does with integer instructions, as test vectors for the interpreter.
 *
 *   gcc -m32 -O1 -o integer-vectors integer-vectors.c && ./integer-vectors 1 | gzip -9 > ../resources/integer/vectors.bin.gz   (first seed)
 *
 * Every case is executed natively by single-stepping: a signal frame is given the case's registers, flags and TF, and the trap
 * after the instruction finds the result in the next frame. 16-bit code and stacks run in segments of a local descriptor table.
 * Inputs come from a generator that the test repeats (same seed, same draws); only instructions and results are in the file.
 * Flags that the manuals leave undefined are masked out, so vectors do not depend on the make of the host.
 *
 * File: families, each "F" + length byte + name, followed by instructions:
 *   'I', mode (0 = 32-bit, 1 = 16-bit), length, bytes, number of fixed registers, {register, base u32, mask u32}*,
 *   memory styles (bit set), number of cases u16, first seed u32, cases
 * A case: defined flags (bit 6: other than sequential EIP, bit 7: fault), flags (fault: vector), changed registers (bit set),
 *   their values u32, [EIP u32], number of changed memory bytes, {offset, value}*.
 * Flag bits: CF PF AF ZF SF OF, DF in bit 6.
 */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>
#include <ucontext.h>
#include <unistd.h>

#define DATA 0x100000u
#define WINDOW 0xF80u /* offset of the 256 bytes of data, with a page boundary in the middle */
#define MARGIN 0x100  /* zeros around it */
#define CODE 0x200000u
#define ENTRY 0x100u /* offset of the instruction */

enum { EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI };
enum { CF = 1, PF = 4, AF = 16, ZF = 64, SF = 128, DF = 1024, OF = 2048 };
#define ARITHMETIC (CF | PF | AF | ZF | SF | OF)

/* ---- generator, shared with the test ---- */

static uint64_t state;

static uint64_t next(void) {
  uint64_t z = (state += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

static const uint32_t EDGES[16] = {0,      1,      0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, 0x8000,     0x7FFF, 0xFFFF,
                                   0x80,   0x7F,   0xFF,       0x8080,     0x10000,    0xFFFF0000, 0x0F,   0x99};

static uint32_t draw(void) {
  uint64_t v = next();
  switch (v & 3) {
    case 0:
    case 1:
      return v >> 32;
    case 2:
      return EDGES[v >> 2 & 15];
    default:
      return v >> 32 & 0xFF;
  }
}

typedef struct {
  uint8_t reg;
  uint32_t base, mask;
} Fix;

typedef struct {
  int mode, length, fixes, styles;
  uint8_t bytes[16];
  Fix fix[8];
  int repeat;
} Insn;

static uint32_t regs[8], flags;
static uint8_t memory[256];

/* Memory styles: 0 anything, 1 only 0 and 1, 2 one value, 3 edges. */
static void inputs(const Insn *n, uint32_t seed) {
  state = seed;
  for (int r = 0; r < 8; r++) regs[r] = draw();
  for (int f = 0; f < n->fixes; f++) {
    regs[n->fix[f].reg] = n->fix[f].base + (regs[n->fix[f].reg] & n->fix[f].mask);
  }
  flags = next() & (ARITHMETIC | DF);
  int style = next() & 3;
  if (!(n->styles >> style & 1)) style = 0;
  static const uint8_t BYTE_EDGES[4] = {0, 0xFF, 0x80, 0x7F};
  for (int k = 0; k < 256; k += 8) {
    uint64_t v = next();
    for (int j = 0; j < 8; j++) {
      uint8_t b = v >> 8 * j;
      if (style == 1) b &= 1;
      if (style == 2) b = 0x55;
      if (style == 3) b = BYTE_EDGES[b & 3];
      memory[k + j] = b;
    }
  }
}

/* ---- execution ---- */

static greg_t home[NGREG];
static volatile int phase; /* 0: load the case, 1: its result arrives */
static const Insn *current;
static uint32_t out[8], outFlags, outEip;
static int fault;

static void load(greg_t *g) {
  static const int PLACE[8] = {REG_EAX, REG_ECX, REG_EDX, REG_EBX, REG_ESP, REG_EBP, REG_ESI, REG_EDI};
  for (int r = 0; r < 8; r++) g[PLACE[r]] = regs[r];
  g[REG_EIP] = current->mode ? ENTRY : CODE + ENTRY;
  g[REG_EFL] = flags | 0x302; /* IF and TF */
  if (current->mode) {
    g[REG_CS] = 0 << 3 | 7;
    g[REG_SS] = g[REG_DS] = g[REG_ES] = 1 << 3 | 7;
  }
}

static void handler(int sig, siginfo_t *info, void *context) {
  (void)info;
  greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
  if (phase == 0) {
    memcpy(home, g, sizeof home);
    load(g);
    phase = 1;
    return;
  }
  uint32_t eip = g[REG_EIP];
  uint32_t entry = current->mode ? ENTRY : CODE + ENTRY;
  if (sig == SIGTRAP && current->repeat && eip == entry && (g[REG_ECX] & 0xFFFF)) {
    g[REG_EFL] |= 0x100;
    return; /* between two iterations */
  }
  fault = sig == SIGTRAP ? -1 : g[REG_TRAPNO];
  outEip = eip;
  outFlags = g[REG_EFL];
  static const int PLACE[8] = {REG_EAX, REG_ECX, REG_EDX, REG_EBX, REG_ESP, REG_EBP, REG_ESI, REG_EDI};
  for (int r = 0; r < 8; r++) out[r] = g[PLACE[r]];
  memcpy(g, home, sizeof home);
  phase = 0;
}

static void execute(const Insn *n) {
  current = n;
  /* What earlier cases left around the window must not be an input. */
  memset((void *)(DATA + WINDOW - MARGIN), 0, 256 + 2 * MARGIN);
  memcpy((void *)(DATA + WINDOW), memory, 256);
  phase = 0;
  raise(SIGUSR1);
}

static void segment(int entry, uint32_t base, int contents) {
  struct user_desc d;
  memset(&d, 0, sizeof d);
  d.entry_number = entry;
  d.base_addr = base;
  d.limit = 0xFFFF;
  d.contents = contents;
  d.useable = 1;
  if (syscall(SYS_modify_ldt, 1, &d, sizeof d) != 0) {
    perror("modify_ldt");
    exit(1);
  }
}

static void start(void) {
  for (int k = 0; k < 2; k++) {
    void *at = (void *)(k ? CODE : DATA);
    if (mmap(at, 0x10000, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at) {
      perror("mmap");
      exit(1);
    }
  }
  segment(0, CODE, 2);
  segment(1, DATA, 0);
  static uint8_t stack[65536];
  stack_t s = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&s, NULL);
  struct sigaction a;
  memset(&a, 0, sizeof a);
  a.sa_sigaction = handler;
  a.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  int signals[] = {SIGUSR1, SIGTRAP, SIGFPE, SIGSEGV, SIGILL, SIGBUS};
  for (unsigned k = 0; k < sizeof signals / sizeof *signals; k++) sigaction(signals[k], &a, NULL);
}

/* ---- which flags are defined ---- */

typedef enum {
  ALL, LOGIC, MULTIPLY, NONE, BIT, SCAN, DECIMAL, ASCII, ASCII_MULTIPLY,
  SHIFT_ONE, SHIFT_CL, SHIFT_IMM, ROTATE_ONE, ROTATE_CL, ROTATE_IMM, DOUBLE_CL, DOUBLE_IMM
} Flags;

static int defined(Flags kind, const Insn *n, int width) {
  int count = regs[ECX] & 31;
  if (kind == SHIFT_IMM || kind == ROTATE_IMM || kind == DOUBLE_IMM) count = n->bytes[n->length - 1] & 31;
  if (kind == SHIFT_ONE || kind == ROTATE_ONE) count = 1;
  switch (kind) {
    case ALL: return ARITHMETIC;
    case LOGIC: return ARITHMETIC & ~AF;
    case MULTIPLY: return CF | OF;
    case NONE: return 0;
    case BIT: return CF | ZF;
    case SCAN: return ZF;
    case DECIMAL: return ARITHMETIC & ~OF;
    case ASCII: return AF | CF;
    case ASCII_MULTIPLY: return SF | ZF | PF;
    case SHIFT_ONE: case SHIFT_CL: case SHIFT_IMM: case DOUBLE_CL: case DOUBLE_IMM:
      if (count == 0) return ARITHMETIC;
      return (ARITHMETIC & ~AF & ~OF & ~CF) | (count == 1 ? OF : 0) | (count < width ? CF : 0);
    case ROTATE_ONE: case ROTATE_CL: case ROTATE_IMM:
      if (count == 0) return ARITHMETIC;
      return (ARITHMETIC & ~OF) | (count == 1 ? OF : 0);
  }
  return 0;
}

static int pack(uint32_t f) {
  return (f & CF) | (f & PF) >> 1 | (f & AF) >> 2 | (f & ZF) >> 3 | (f & SF) >> 3 | (f & OF) >> 6 | (f & DF) >> 4;
}

/* ---- output ---- */

static void put8(uint32_t v) { putchar(v & 0xFF); }
static void put16(uint32_t v) { put8(v); put8(v >> 8); }
static void put32(uint32_t v) { put16(v); put16(v >> 16); }

static uint32_t seeds = 1;
static long total;

static void family(const char *name) {
  put8('F');
  put8(strlen(name));
  fputs(name, stdout);
}

static void record(Insn *n, Flags kind, int width, int cases) {
  memset((void *)CODE, 0xCC, 0x1000);
  memcpy((void *)(CODE + ENTRY), n->bytes, n->length);
  put8('I');
  put8(n->mode);
  put8(n->length);
  fwrite(n->bytes, 1, n->length, stdout);
  put8(n->fixes);
  for (int f = 0; f < n->fixes; f++) {
    put8(n->fix[f].reg);
    put32(n->fix[f].base);
    put32(n->fix[f].mask);
  }
  put8(n->styles);
  put16(cases);
  put32(seeds);
  uint32_t entry = n->mode ? ENTRY : CODE + ENTRY;
  for (int k = 0; k < cases; k++) {
    inputs(n, seeds++);
    execute(n);
    total++;
    int jumped = fault < 0 && outEip != entry + n->length;
    put8(pack(defined(kind, n, width)) | (jumped ? 0x40 : 0) | (fault >= 0 ? 0x80 : 0));
    put8(fault >= 0 ? fault : pack(outFlags));
    int changed = 0;
    for (int r = 0; r < 8; r++) changed |= (out[r] != regs[r]) << r;
    put8(changed);
    for (int r = 0; r < 8; r++)
      if (changed >> r & 1) put32(out[r]);
    if (jumped) put32(outEip);
    uint8_t *now = (uint8_t *)(DATA + WINDOW);
    int bytes = 0;
    for (int m = 0; m < 256; m++) bytes += now[m] != memory[m];
    if (bytes > 255) abort();
    put8(bytes);
    for (int m = 0; m < 256; m++)
      if (now[m] != memory[m]) {
        put8(m);
        put8(now[m]);
      }
  }
}

/* ---- making instructions ---- */

static unsigned pick(unsigned n) {
  static uint64_t own = 12345;
  uint64_t saved = state;
  state = own;
  unsigned v = (next() >> 33) % n;
  own = state;
  state = saved;
  return v;
}

static void byte(Insn *n, int b) { n->bytes[n->length++] = b; }

static void bytes(Insn *n, uint32_t v, int count) {
  for (int k = 0; k < count; k++) byte(n, v >> 8 * k);
}

static void fix(Insn *n, int reg, uint32_t base, uint32_t mask) {
  for (int f = 0; f < n->fixes; f++)
    if (n->fix[f].reg == reg) return;
  n->fix[n->fixes++] = (Fix){reg, base, mask};
}

static uint32_t window(const Insn *n) { return n->mode ? WINDOW : DATA + WINDOW; }

/* In 16-bit code the upper halves of index and stack registers are noise that must not matter. */
static void fixAddress(Insn *n, int reg, uint32_t base, uint32_t mask) {
  fix(n, reg, base, n->mode ? mask | (reg == ESP ? 0 : 0xFFFF0000) : mask);
}

/* Options of an instruction to make. */
enum { WORD_OPERAND = 1, LOCKED = 2, SIXTEEN = 4, REP = 8, REPNE = 16 };

static Insn begin(int options, int width) {
  Insn n;
  memset(&n, 0, sizeof n);
  n.mode = options & SIXTEEN ? 1 : 0;
  n.styles = 15;
  if (options & LOCKED) byte(&n, 0xF0);
  if (options & REP) byte(&n, 0xF3);
  if (options & REPNE) byte(&n, 0xF2);
  if (width != 8 && (width == 16) != n.mode) byte(&n, 0x66);
  return n;
}

static void opcode(Insn *n, int op) {
  if (op > 0xFF) byte(n, op >> 8);
  byte(n, op);
}

/* A ModRM byte for a register. */
static void registerOperand(Insn *n, int reg, int rm) { byte(n, 0xC0 | reg << 3 | rm); }

/* A ModRM byte and the rest of an address inside the window, at least 48 bytes away from its ends. */
static void memoryOperand(Insn *n, int reg) {
  uint32_t w = window(n) + 0x60;
  if (n->mode) {
    static const int BASE[8] = {EBX, EBX, EBP, EBP, ESI, EDI, EBP, EBX};
    static const int INDEX[8] = {ESI, EDI, ESI, EDI, -1, -1, -1, -1};
    int rm = pick(8), mod = pick(3);
    byte(n, mod << 6 | reg << 3 | rm);
    if (mod == 0 && rm == 6) {
      bytes(n, w + pick(64), 2);
      return;
    }
    int disp = mod == 1 ? (int)pick(256) - 128 : mod == 2 ? (int)pick(65536) : 0;
    uint32_t base = (w - disp) & 0xFFFF;
    if (base > 0xFFC0 || base == 0) { /* no carry into the upper half */
      disp = 0;
      base = w;
    }
    fixAddress(n, BASE[rm], base, 0x1F);
    if (INDEX[rm] >= 0) fixAddress(n, INDEX[rm], 0, 0x1F);
    bytes(n, disp, mod);
    return;
  }
  static const int PLAIN[6] = {EAX, ECX, EDX, EBX, ESI, EDI};
  int base = PLAIN[pick(6)], index = PLAIN[pick(6)];
  switch (pick(7)) {
    case 0:
      byte(n, reg << 3 | 5);
      bytes(n, w + pick(64), 4);
      break;
    case 1:
      byte(n, reg << 3 | base);
      fix(n, base, w, 0x3F);
      break;
    case 2: {
      int disp = (int)pick(256) - 128;
      byte(n, 0x40 | reg << 3 | base);
      byte(n, disp);
      fix(n, base, w - disp, 0x3F);
      break;
    }
    case 3: {
      uint32_t disp = pick(0x7FFFFFFF) * 2 + 1;
      byte(n, 0x80 | reg << 3 | EBP);
      bytes(n, disp, 4);
      fix(n, EBP, w - disp, 0x3F);
      break;
    }
    case 4: {
      int disp = (int)pick(256) - 128, scale = pick(4);
      byte(n, 0x40 | reg << 3 | 4);
      byte(n, scale << 6 | index << 3 | 4);
      byte(n, disp);
      fix(n, ESP, w - disp, 0x1F);
      fix(n, index, 0, 0x1F >> scale);
      break;
    }
    case 5:
      if (base == index) index = base == ESI ? EDI : ESI;
      byte(n, reg << 3 | 4);
      byte(n, pick(4) << 6 | index << 3 | base);
      fix(n, base, w, 0x1F);
      fix(n, index, 0, 3);
      break;
    default: {
      int scale = pick(4);
      byte(n, reg << 3 | 4);
      byte(n, scale << 6 | index << 3 | 5);
      bytes(n, w, 4);
      fix(n, index, 0, 0x3F >> scale);
    }
  }
}

static uint32_t immediate(void) {
  return pick(2) ? EDGES[pick(16)] : pick(0xFFFFFFFF);
}

static int sizeOf(int width) { return width / 8; }

/* One instruction with ModRM, as a register and as a memory form, `each` cases of each of several random encodings. */
typedef struct {
  int op, group; /* group: reg field, or -1 for a register operand */
  int widths;    /* bits: 1 = byte, 2 = word, 4 = doubleword; byte opcode is op, others op + 1 unless `same` */
  int same;
  int immediate; /* 0, 1 = byte, 2 = by operand size */
  Flags flags;
  int lockable;
  int forms; /* bits: 1 = register, 2 = memory */
} Shape;

static void shape(const Shape *s, int encodings, int each) {
  static const int WIDTH[3] = {8, 16, 32};
  for (int w = 0; w < 3; w++) {
    if (!(s->widths >> w & 1)) continue;
    int width = WIDTH[w];
    int op = s->op + (w > 0 && !s->same);
    for (int k = 0; k < encodings; k++) {
      for (int memory = 0; memory < 2; memory++) {
        if (!(s->forms >> memory & 1)) continue;
        int options = pick(4) == 0 ? SIXTEEN : 0;
        if (memory && s->lockable && pick(4) == 0) options |= LOCKED;
        Insn n = begin(options, width);
        opcode(&n, op);
        int reg = s->group >= 0 ? s->group : (int)pick(8);
        if (memory) memoryOperand(&n, reg);
        else registerOperand(&n, reg, pick(8));
        if (s->immediate == 1) byte(&n, pick(3) ? pick(256) : pick(3));
        if (s->immediate == 2) bytes(&n, immediate(), sizeOf(width));
        record(&n, s->flags, width, each);
      }
    }
  }
}

static void plain(int op, int width, int options, int immediateBytes, Flags kind, int each) {
  Insn n = begin(options, width);
  opcode(&n, op);
  if (immediateBytes) bytes(&n, immediate(), immediateBytes);
  record(&n, kind, width, each);
}

#define BOTH 3

static void arithmetic(void) {
  static const Flags KIND[8] = {ALL, LOGIC, ALL, ALL, LOGIC, ALL, LOGIC, ALL};
  static const char *NAME[8] = {"add", "or", "adc", "sbb", "and", "sub", "xor", "cmp"};
  for (int g = 0; g < 8; g++) {
    family(NAME[g]);
    int lock = g != 7;
    shape(&(Shape){8 * g, -1, 7, 0, 0, KIND[g], lock, BOTH}, 10, 12);
    shape(&(Shape){8 * g + 2, -1, 7, 0, 0, KIND[g], 0, BOTH}, 10, 12);
    shape(&(Shape){0x80, g, 7, 0, 2, KIND[g], lock, BOTH}, 8, 8);
    shape(&(Shape){0x82, g, 1, 0, 1, KIND[g], lock, BOTH}, 4, 8);
    shape(&(Shape){0x83, g, 6, 1, 1, KIND[g], lock, BOTH}, 8, 8);
    for (int k = 0; k < 8; k++) {
      plain(8 * g + 4, 8, 0, 1, KIND[g], 10);
      plain(8 * g + 5, 16, k & 1 ? SIXTEEN : 0, 2, KIND[g], 10);
      plain(8 * g + 5, 32, k & 1 ? SIXTEEN : 0, 4, KIND[g], 10);
    }
  }
  family("test");
  shape(&(Shape){0x84, -1, 7, 0, 0, LOGIC, 0, BOTH}, 10, 12);
  shape(&(Shape){0xF6, 0, 7, 0, 2, LOGIC, 0, BOTH}, 10, 8);
  for (int k = 0; k < 8; k++) {
    plain(0xA8, 8, 0, 1, LOGIC, 10);
    plain(0xA9, 16, 0, 2, LOGIC, 10);
    plain(0xA9, 32, 0, 4, LOGIC, 10);
  }
  family("inc dec not neg");
  shape(&(Shape){0xFE, 0, 7, 0, 0, ALL, 1, BOTH}, 12, 16);
  shape(&(Shape){0xFE, 1, 7, 0, 0, ALL, 1, BOTH}, 12, 16);
  shape(&(Shape){0xF6, 2, 7, 0, 0, ALL, 1, BOTH}, 10, 10);
  shape(&(Shape){0xF6, 3, 7, 0, 0, ALL, 1, BOTH}, 12, 16);
  for (int r = 0x40; r < 0x50; r++) {
    plain(r, 16, r & 1 ? SIXTEEN : 0, 0, ALL, 20);
    plain(r, 32, 0, 0, ALL, 20);
  }
}

static void shifts(void) {
  static const char *NAME[8] = {"rol", "ror", "rcl", "rcr", "shl", "shr", "sal", "sar"};
  for (int g = 0; g < 8; g++) {
    family(NAME[g]);
    int r = g < 4;
    shape(&(Shape){0xD0, g, 7, 0, 0, r ? ROTATE_ONE : SHIFT_ONE, 0, BOTH}, 8, 24);
    shape(&(Shape){0xD2, g, 7, 0, 0, r ? ROTATE_CL : SHIFT_CL, 0, BOTH}, 10, 48);
    shape(&(Shape){0xC0, g, 7, 0, 1, r ? ROTATE_IMM : SHIFT_IMM, 0, BOTH}, 32, 10);
  }
  family("shld shrd");
  for (int op = 0x0FA4; op <= 0x0FAC; op += 8) {
    shape(&(Shape){op, -1, 4, 1, 1, DOUBLE_IMM, 0, BOTH}, 32, 12);
    shape(&(Shape){op + 1, -1, 4, 1, 0, DOUBLE_CL, 0, BOTH}, 12, 40);
    for (int k = 0; k < 40; k++) { /* 16 bits: counts up to 16 only */
      Insn n = begin(k & 1 ? SIXTEEN : 0, 16);
      opcode(&n, op);
      if (k & 2) memoryOperand(&n, pick(8));
      else registerOperand(&n, pick(8), pick(8));
      byte(&n, pick(17) | pick(8) << 5);
      record(&n, DOUBLE_IMM, 16, 12);
      n = begin(k & 1 ? SIXTEEN : 0, 16);
      fix(&n, ECX, 0, 15);
      opcode(&n, op + 1);
      registerOperand(&n, pick(8), pick(8));
      record(&n, DOUBLE_CL, 16, 12);
    }
  }
}

static void multiplication(void) {
  family("mul imul");
  shape(&(Shape){0xF6, 4, 7, 0, 0, MULTIPLY, 0, BOTH}, 16, 24);
  shape(&(Shape){0xF6, 5, 7, 0, 0, MULTIPLY, 0, BOTH}, 16, 24);
  shape(&(Shape){0x0FAF, -1, 6, 1, 0, MULTIPLY, 0, BOTH}, 20, 24);
  shape(&(Shape){0x69, -1, 6, 1, 2, MULTIPLY, 0, BOTH}, 24, 12);
  shape(&(Shape){0x6B, -1, 6, 1, 1, MULTIPLY, 0, BOTH}, 24, 12);
  family("div idiv");
  shape(&(Shape){0xF6, 6, 7, 0, 0, NONE, 0, BOTH}, 20, 40);
  shape(&(Shape){0xF6, 7, 7, 0, 0, NONE, 0, BOTH}, 20, 40);
  for (int g = 6; g < 8; g++)
    for (int k = 0; k < 40; k++) { /* mostly without overflow */
      int width = k % 3 == 0 ? 8 : k % 3 == 1 ? 16 : 32;
      Insn n = begin(0, width);
      if (width == 8) fix(&n, EAX, 0, 0xFFFF03FF);
      else fix(&n, EDX, k & 4 ? -3 : 0, 7);
      opcode(&n, width == 8 ? 0xF6 : 0xF7);
      registerOperand(&n, g, k & 1 ? ECX : EDI & (width == 8 ? 3 : 7));
      record(&n, NONE, width, 40);
    }
  family("decimal");
  for (int k = 0; k < 4; k++) {
    plain(0x27, 32, k & 1 ? SIXTEEN : 0, 0, DECIMAL, 300);
    plain(0x2F, 32, k & 1 ? SIXTEEN : 0, 0, DECIMAL, 300);
    plain(0x37, 32, k & 1 ? SIXTEEN : 0, 0, ASCII, 300);
    plain(0x3F, 32, k & 1 ? SIXTEEN : 0, 0, ASCII, 300);
  }
  for (int base = 0; base < 40; base++) {
    Insn n = begin(0, 32);
    byte(&n, 0xD4);
    byte(&n, base == 39 ? 10 : base * 7);
    record(&n, ASCII_MULTIPLY, 8, 30);
    n.bytes[0] = 0xD5;
    record(&n, ASCII_MULTIPLY, 8, 30);
  }
}

static void bits(void) {
  family("bt bts btr btc");
  for (int g = 4; g < 8; g++) {
    int lock = g != 4;
    shape(&(Shape){0x0FBA, g, 6, 1, 1, BIT, lock, BOTH}, 16, 12);
    shape(&(Shape){0x0F83 + 8 * g, -1, 6, 1, 0, BIT, 0, 1}, 12, 16);
    for (int k = 0; k < 40; k++) { /* bit strings */
      int width = k & 1 ? 16 : 32;
      Insn n = begin((k & 6) == 6 ? SIXTEEN : 0, width);
      int reg = pick(8);
      opcode(&n, 0x0F83 + 8 * g);
      memoryOperand(&n, reg);
      int used = 0;
      for (int f = 0; f < n.fixes; f++) used |= n.fix[f].reg == reg;
      if (used && n.fix[0].base > 0x100) continue; /* the register holds an address: no place for its bit */
      fix(&n, reg, -200, 0xFF);
      record(&n, BIT, width, 16);
    }
  }
  family("bsf bsr");
  shape(&(Shape){0x0FBC, -1, 6, 1, 0, SCAN, 0, BOTH}, 24, 20);
  shape(&(Shape){0x0FBD, -1, 6, 1, 0, SCAN, 0, BOTH}, 24, 20);
  for (int k = 0; k < 8; k++) {
    Insn n = begin(0, k & 1 ? 16 : 32);
    opcode(&n, 0x0FBC + (k >> 1 & 1));
    registerOperand(&n, ECX, EDX);
    fix(&n, EDX, 0, k & 4 ? 0 : 0xFFFF0000);
    record(&n, SCAN, 32, 20);
  }
  family("bswap");
  for (int r = 0; r < 8; r++) plain(0x0FC8 + r, 32, r & 1 ? SIXTEEN : 0, 0, ALL, 20);
  family("setcc cmovcc");
  for (int k = 0; k < 16; k++) {
    shape(&(Shape){0x0F90 + k, 0, 1, 1, 0, ALL, 0, BOTH}, 4, 24);
    shape(&(Shape){0x0F40 + k, -1, 6, 1, 0, ALL, 0, BOTH}, 4, 24);
  }
}

static void moves(void) {
  family("mov");
  shape(&(Shape){0x88, -1, 7, 0, 0, ALL, 0, BOTH}, 20, 8);
  shape(&(Shape){0x8A, -1, 7, 0, 0, ALL, 0, BOTH}, 20, 8);
  shape(&(Shape){0xC6, 0, 7, 0, 2, ALL, 0, BOTH}, 12, 6);
  for (int r = 0; r < 8; r++) {
    plain(0xB0 + r, 8, 0, 1, ALL, 6);
    plain(0xB8 + r, 16, r & 1 ? SIXTEEN : 0, 2, ALL, 6);
    plain(0xB8 + r, 32, r & 1 ? SIXTEEN : 0, 4, ALL, 6);
  }
  for (int k = 0; k < 24; k++) {
    int op = 0xA0 + (k & 3), width = op & 1 ? (k & 4 ? 16 : 32) : 8;
    Insn n = begin(k & 8 ? SIXTEEN : 0, width);
    opcode(&n, op);
    bytes(&n, window(&n) + 0x60 + pick(64), n.mode ? 2 : 4);
    record(&n, ALL, width, 8);
  }
  family("movzx movsx");
  for (int op = 0x0FB6; op <= 0x0FBE; op += 8) {
    shape(&(Shape){op, -1, 6, 1, 0, ALL, 0, BOTH}, 16, 16);
    shape(&(Shape){op + 1, -1, 6, 1, 0, ALL, 0, BOTH}, 16, 16);
  }
  family("lea");
  for (int k = 0; k < 200; k++) { /* any address will do */
    Insn n = begin(k % 3 == 0 ? SIXTEEN : 0, k & 1 ? 16 : 32);
    if (k & 4) byte(&n, 0x67);
    int address16 = n.mode ^ (k >> 2 & 1);
    byte(&n, 0x8D);
    int mod = pick(3), rm = pick(8);
    byte(&n, mod << 6 | pick(8) << 3 | rm);
    if (address16) {
      bytes(&n, immediate(), mod == 0 ? (rm == 6 ? 2 : 0) : mod);
    } else {
      int base = rm;
      if (rm == 4) {
        int sib = pick(256);
        byte(&n, sib);
        base = sib & 7;
      }
      bytes(&n, immediate(), mod == 1 ? 1 : mod == 2 || base == 5 ? 4 : 0);
    }
    record(&n, ALL, 32, 10);
  }
  family("xchg xadd cmpxchg");
  shape(&(Shape){0x86, -1, 7, 0, 0, ALL, 1, BOTH}, 12, 8);
  shape(&(Shape){0x0FC0, -1, 7, 0, 0, ALL, 1, BOTH}, 16, 16);
  shape(&(Shape){0x0FB0, -1, 7, 0, 0, ALL, 1, BOTH}, 20, 24);
  for (int r = 0; r < 8; r++) {
    plain(0x90 + r, 16, 0, 0, ALL, 10);
    plain(0x90 + r, 32, 0, 0, ALL, 10);
  }
  for (int k = 0; k < 20; k++) {
    Insn n = begin(k & 1 ? LOCKED : 0, 32);
    n.styles = 5;
    opcode(&n, 0x0FC7);
    fix(&n, EAX, 0x55555555, k & 2 ? 0x80 : 0);
    fix(&n, EDX, 0x55555555, 0);
    byte(&n, 1 << 3 | EDI);
    fix(&n, EDI, window(&n) + 0x70, 0x1F);
    record(&n, ALL, 32, 16);
  }
  family("accumulator");
  for (int k = 0; k < 4; k++) {
    int o = k & 1 ? SIXTEEN : 0;
    plain(0x98, 16, o, 0, ALL, 40);
    plain(0x98, 32, o, 0, ALL, 40);
    plain(0x99, 16, o, 0, ALL, 40);
    plain(0x99, 32, o, 0, ALL, 40);
    plain(0xD6, 32, o, 0, ALL, 20);
    Insn n = begin(o, 32);
    byte(&n, 0xD7);
    fix(&n, EBX, window(&n), 0);
    record(&n, ALL, 32, 60);
  }
  family("flags");
  static const int OPS[] = {0x9E, 0x9F, 0xF8, 0xF9, 0xF5, 0xFC, 0xFD};
  for (int k = 0; k < 7; k++) plain(OPS[k], 32, 0, 0, ALL, 100);
  family("nop");
  for (int k = 0; k < 8; k++) {
    Insn n = begin(0, k & 1 ? 16 : 32);
    opcode(&n, 0x0F1F);
    memoryOperand(&n, 0);
    record(&n, ALL, 32, 8);
  }
  plain(0x90, 32, REP, 0, ALL, 8);
}

static void stack(void) {
  family("push pop");
  for (int o = 0; o < 2; o++)
    for (int width = 16; width <= 32; width += 16)
      for (int k = 0; k < 48; k++) {
        Insn n = begin(o ? SIXTEEN : 0, width);
        uint32_t noise = o ? 0xFFFF0000 : 0;
        fix(&n, ESP, window(&n) + 0x60, 0x3F | (k & 1 ? noise : 0));
        if (k < 8) byte(&n, 0x50 + k);
        else if (k < 16) byte(&n, 0x58 + k - 8);
        else if (k < 20) { byte(&n, 0x68); bytes(&n, immediate(), sizeOf(width)); }
        else if (k < 24) { byte(&n, 0x6A); byte(&n, immediate()); }
        else if (k < 32) { byte(&n, 0xFF); memoryOperand(&n, 6); }
        else if (k < 36) { byte(&n, 0xFF); registerOperand(&n, 6, pick(8)); }
        else if (k < 44) { byte(&n, 0x8F); memoryOperand(&n, 0); }
        else if (k < 47 || o) { byte(&n, 0x8F); registerOperand(&n, 0, pick(8)); }
        else { /* pop [esp+8] */
          byte(&n, 0x8F); byte(&n, 0x44); byte(&n, 0x24); byte(&n, 8);
        }
        record(&n, ALL, width, 8);
      }
  family("pusha popa enter leave");
  for (int o = 0; o < 2; o++)
    for (int width = 16; width <= 32; width += 16) {
      for (int k = 0; k < 8; k++) {
        Insn n = begin(o ? SIXTEEN : 0, width);
        fix(&n, ESP, window(&n) + 0x60, 0x3F | (o ? 0xFFFF0000 : 0));
        byte(&n, 0x60 + (k & 1));
        record(&n, ALL, width, 12);
      }
      for (int k = 0; k < 24; k++) {
        Insn n = begin(o ? SIXTEEN : 0, width);
        fix(&n, ESP, window(&n) + 0x90, 0x3F | (o ? 0xFFFF0000 : 0));
        fix(&n, EBP, window(&n) + 0x80, 0x3F | (o ? 0xFFFF0000 : 0));
        byte(&n, 0xC8);
        bytes(&n, pick(32), 2);
        byte(&n, (k < 12 ? k : pick(12)) | pick(8) << 5);
        record(&n, ALL, width, 10);
        n = begin(o ? SIXTEEN : 0, width);
        fix(&n, EBP, window(&n) + 0x60, 0x3F | (o ? 0xFFFF0000 : 0));
        if (o) fix(&n, ESP, 0x100, 0xFFFF0000);
        byte(&n, 0xC9);
        record(&n, ALL, width, 4);
      }
    }
}

static void branches(void) {
  family("jcc");
  for (int k = 0; k < 16; k++)
    for (int width = 16; width <= 32; width += 16)
      for (int o = 0; o < 2; o++) {
        Insn n = begin(o ? SIXTEEN : 0, width);
        byte(&n, 0x70 + k);
        byte(&n, immediate());
        record(&n, ALL, width, 20);
        n = begin(o ? SIXTEEN : 0, width);
        opcode(&n, 0x0F80 + k);
        bytes(&n, o ? pick(0x7000) : immediate(), sizeOf(width));
        record(&n, ALL, width, 20);
      }
  family("jmp call ret");
  for (int width = 16; width <= 32; width += 16)
    for (int o = 0; o < 2; o++)
      for (int k = 0; k < 40; k++) {
        Insn n = begin(o ? SIXTEEN : 0, width);
        fix(&n, ESP, window(&n) + 0x60, 0x3F);
        if (k < 4) { byte(&n, 0xEB); byte(&n, immediate()); }
        else if (k < 8) { byte(&n, 0xE9); bytes(&n, o ? pick(0x7000) : immediate(), sizeOf(width)); }
        else if (k < 12) { byte(&n, 0xE8); bytes(&n, o ? pick(0x7000) : immediate(), sizeOf(width)); }
        else if (k < 16) byte(&n, 0xC3);
        else if (k < 20) { byte(&n, 0xC2); bytes(&n, immediate(), 2); }
        else if (k < 24) { byte(&n, 0xFF); registerOperand(&n, 2, pick(8)); }
        else if (k < 28) { byte(&n, 0xFF); registerOperand(&n, 4, pick(8)); }
        else if (k < 34) { byte(&n, 0xFF); memoryOperand(&n, 2); }
        else { byte(&n, 0xFF); memoryOperand(&n, 4); }
        record(&n, ALL, width, 16);
      }
  family("loop jecxz");
  for (int op = 0xE0; op < 0xE4; op++)
    for (int k = 0; k < 8; k++) {
      Insn n = begin(k & 1 ? SIXTEEN : 0, k & 2 ? 16 : 32);
      if (k & 4) byte(&n, 0x67);
      byte(&n, op);
      byte(&n, immediate());
      record(&n, ALL, 32, 40);
    }
  family("bound");
  for (int k = 0; k < 24; k++) {
    Insn n = begin(k % 3 ? 0 : SIXTEEN, k & 1 ? 16 : 32);
    byte(&n, 0x62);
    memoryOperand(&n, pick(8));
    record(&n, ALL, 32, 40);
  }
}

static void strings(void) {
  static const int OPS[5] = {0xA4, 0xAA, 0xAC, 0xA6, 0xAE};
  static const char *NAME[5] = {"movs", "stos", "lods", "cmps", "scas"};
  for (int k = 0; k < 5; k++) {
    family(NAME[k]);
    for (int width = 8; width <= 32; width *= 2)
      for (int prefix = 0; prefix < 3; prefix++)
        for (int o = 0; o < 2; o++)
          for (int e = 0; e < 3; e++) {
            Insn n = begin((o ? SIXTEEN : 0) | (prefix == 1 ? REP : prefix == 2 ? REPNE : 0), width);
            n.repeat = prefix != 0;
            uint32_t noise = o ? 0xFFFF0000 : 0;
            byte(&n, OPS[k] + (width != 8));
            fix(&n, ECX, 0, 15 | noise);
            fix(&n, ESI, window(&n) + 0x40, 0x7F | noise);
            fix(&n, EDI, window(&n) + 0x40, 0x7F | noise);
            if (k == 4) fix(&n, EAX, e == 1 ? 0x55555555 : 0, e == 1 ? 0 : 0x01010101);
            if (e == 2) { /* close overlap */
              n.fixes -= k == 4;
              n.fix[1].base = window(&n) + 0x70;
              n.fix[1].mask = 7;
              n.fix[2].base = window(&n) + 0x70;
              n.fix[2].mask = 7;
            }
            if (k >= 3) n.styles = e == 1 ? 4 : 6;
            record(&n, ALL, width, prefix ? 50 : 16);
          }
  }
}

int main(int argc, char **argv) {
  if (argc > 1) seeds = strtoul(argv[1], 0, 0);
  start();
  arithmetic();
  shifts();
  multiplication();
  bits();
  moves();
  stack();
  branches();
  strings();
  put8('E');
  fprintf(stderr, "%ld cases\n", total);
  return 0;
}
