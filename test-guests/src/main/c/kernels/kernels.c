/* The compute kernels, in the order they run. A pass takes roughly 4 ms of a 3 GHz processor when compiled natively. */

#include "kernel.h"

union arena arena __attribute__((aligned(4096)));
uint32_t random_state;

void fill_random(uint32_t *at, uint32_t words) {
  random_state = 12345;
  for (uint32_t i = 0; i < words; i++) {
    at[i] = random_next();
  }
}

uint32_t mix_words(const uint32_t *at, uint32_t words) {
  uint32_t sum = 2166136261u;
  for (uint32_t i = 0; i < words; i++) {
    sum = mix(sum, at[i]);
  }
  return sum;
}

const struct kernel compute_kernels[] = {
  {"sieve", NULL, sieve, 1},
  {"quicksort", quicksort_prepare, quicksort, 1},
  {"crc32", crc32_prepare, crc32, 1},
  {"sha1", sha1_prepare, sha1, 1},
  {"fib", NULL, fib, 1},
  {"bytecode", NULL, bytecode, 1},
  {"rep-movsd", copy_prepare, rep_movsd, 1},
  {"memcpy", copy_prepare, c_memcpy, 1},
  {"strings", strings_prepare, strings, 1},
  {"muldiv64", muldiv64_prepare, muldiv64, 1},
  {"mandelbrot", NULL, mandelbrot, 1},
  {"mandelbrot-53", NULL, mandelbrot_53, 1},
  {"matrix", matrix_prepare, matrix, 1},
  {"matrix-53", matrix_prepare, matrix_53, 1},
  {"chase", chase_prepare, chase, 1},
  {"hash", hash_prepare, hash, 1},
  {"mmx", mmx_prepare, mmx, 1},
  {NULL, NULL, NULL, 0},
};
