/* What a kernel is, and what all of them share. Plain C without a library: the same sources make the guest image and a
   native program, and both must compute the same checksums. */

#ifndef KERNEL_H
#define KERNEL_H

#include <stddef.h>
#include <stdint.h>

struct kernel {
  const char *name;
  void (*prepare)(void);   /* makes the data, once, before the first pass; may be null */
  uint32_t (*run)(void);   /* one pass: the same work and the same checksum every time */
  uint32_t operations;     /* how many of what the kernel measures are in a pass */
};

/* Each ends with a null name. */
extern const struct kernel compute_kernels[];
extern const struct kernel nano_benchmarks[];   /* for ring 0: they enter ring 3 themselves */

extern uint32_t operations;   /* of the running kernel */

/* Memory the kernels work on, one at a time. */
#define ARENA_SIZE (6u << 20)
extern union arena {
  uint8_t bytes[ARENA_SIZE];
  uint32_t words[ARENA_SIZE / 4];
} arena;

/* Numbers that look random, the same on every machine. */
extern uint32_t random_state;

static inline uint32_t random_next(void) {
  random_state = random_state * 1664525u + 1013904223u;
  return random_state >> 8 | random_state << 24;
}

void fill_random(uint32_t *at, uint32_t words);

/* A checksum that takes words one by one (FNV-1a's step, on words). */
static inline uint32_t mix(uint32_t sum, uint32_t word) { return (sum ^ word) * 16777619u; }

uint32_t mix_words(const uint32_t *at, uint32_t words);

/* Not inlined, not cloned, not reasoned about: a call stays a call. */
#define OPAQUE __attribute__((noipa))

uint32_t sieve(void);
void quicksort_prepare(void);
uint32_t quicksort(void);
void crc32_prepare(void);
uint32_t crc32(void);
void sha1_prepare(void);
uint32_t sha1(void);
uint32_t fib(void);
uint32_t bytecode(void);
void copy_prepare(void);
uint32_t rep_movsd(void);
uint32_t c_memcpy(void);
void strings_prepare(void);
uint32_t strings(void);
void muldiv64_prepare(void);
uint32_t muldiv64(void);
uint32_t mandelbrot(void);
uint32_t mandelbrot_53(void);
void matrix_prepare(void);
uint32_t matrix(void);
uint32_t matrix_53(void);
void chase_prepare(void);
uint32_t chase(void);
void hash_prepare(void);
uint32_t hash(void);
void mmx_prepare(void);
uint32_t mmx(void);

#endif
