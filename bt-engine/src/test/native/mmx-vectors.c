/*
 * Records what this machine's MMX instructions compute, as test vectors.
 *
 *   gcc -O1 -o mmx-vectors mmx-vectors.c && ./mmx-vectors | gzip -9n > mmx.gz
 *
 * Output, little endian: u32 magic 'MMXV', u16 values, values x u64; u16 instructions; per instruction u8 opcode (after 0F),
 * u16 count, then count x u8 index of the destination operand, count x u8 index of the source, count x u64 result.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static const uint8_t opcodes[] = {
  0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x74, 0x75, 0x76, 0xD1, 0xD2, 0xD3, 0xD5, 0xD8, 0xD9,
  0xDB, 0xDC, 0xDD, 0xDF, 0xE1, 0xE2, 0xE5, 0xE8, 0xE9, 0xEB, 0xEC, 0xED, 0xEF, 0xF1, 0xF2, 0xF3, 0xF5, 0xF8, 0xF9, 0xFA, 0xFC,
  0xFD, 0xFE};

static uint64_t state = 42;
static uint64_t rnd(void) {
  uint64_t z = state += 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

static void out(const void *p, size_t n) { fwrite(p, n, 1, stdout); }

int main(void) {
  enum { VALUES = 256, CASES = 400 };
  uint64_t values[VALUES];
  for (int i = 0; i < VALUES; i++) {
    if (i < 66) {
      values[i] = i; /* shift counts */
    } else if (i < 130) {
      values[i] = 0; /* lanes at their limits */
      for (int k = 0; k < 8; k++) {
        static const uint8_t edges[] = {0, 1, 0x7F, 0x80, 0xFF, 0xFE, 0x81};
        values[i] = values[i] << 8 | edges[rnd() % sizeof edges];
      }
    } else {
      values[i] = rnd();
    }
  }
  uint8_t *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  uint32_t magic = 0x56584D4D;
  uint16_t n = VALUES, ops = sizeof opcodes, count = CASES;
  out(&magic, 4);
  out(&n, 2);
  out(values, sizeof values);
  out(&ops, 2);
  for (int o = 0; o < ops; o++) {
    /* movq mm0,[rdi]; movq mm1,[rsi]; op mm0,mm1; movq [rdx],mm0; emms; ret */
    uint8_t c[] = {0x0F, 0x6F, 0x07, 0x0F, 0x6F, 0x0E, 0x0F, opcodes[o], 0xC1, 0x0F, 0x7F, 0x02, 0x0F, 0x77, 0xC3};
    memcpy(code, c, sizeof c);
    __builtin___clear_cache((char *)code, (char *)code + sizeof c);
    uint8_t a[CASES], b[CASES];
    uint64_t r[CASES];
    for (int k = 0; k < CASES; k++) {
      a[k] = rnd();
      b[k] = rnd() & 1 ? rnd() % 66 : rnd();
      ((void (*)(void *, void *, void *))code)(&values[a[k]], &values[b[k]], &r[k]);
    }
    out(&opcodes[o], 1);
    out(&count, 2);
    out(a, sizeof a);
    out(b, sizeof b);
    out(r, sizeof r);
  }
  return 0;
}
