/* The compute kernels, in the order they run. A pass takes roughly 20 ms of a 3 GHz processor when compiled natively. */

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
  {"sieve", NULL, sieve},
  {"quicksort", quicksort_prepare, quicksort},
  {"crc32", crc32_prepare, crc32},
  {"sha1", sha1_prepare, sha1},
  {"fib", NULL, fib},
  {"bytecode", NULL, bytecode},
  {"rep-movsd", copy_prepare, rep_movsd},
  {"memcpy", copy_prepare, c_memcpy},
  {"strings", strings_prepare, strings},
  {"muldiv64", muldiv64_prepare, muldiv64},
  {"mandelbrot", NULL, mandelbrot},
  {"matrix", matrix_prepare, matrix},
  {"chase", chase_prepare, chase},
  {"hash", hash_prepare, hash},
  {"mmx", mmx_prepare, mmx},
  {NULL, NULL, NULL},
};
