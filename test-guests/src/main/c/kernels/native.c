/* The kernels as a program for 32-bit Linux: kernels-native [NAME...] [passes=N] [precision=53]. Prints what the guest prints, and
   the nanoseconds of each pass. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel.h"

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int wanted(const char *name, int argc, char **argv) {
  int named = 0;
  for (int i = 1; i < argc; i++) {
    if (!strchr(argv[i], '=')) {
      named = 1;
      if (strcmp(argv[i], name) == 0) {
        return 1;
      }
    }
  }
  return !named;
}

int main(int argc, char **argv) {
  int passes = 5;
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int i = 1; i < argc; i++) {
    if (strncmp(argv[i], "passes=", 7) == 0) {
      passes = atoi(argv[i] + 7);
    } else if (strcmp(argv[i], "precision=53") == 0) {
      uint16_t control = 0x27F;
      __asm__ volatile("fldcw %0" : : "m"(control));
    }
  }
  for (const struct kernel *k = compute_kernels; k->name; k++) {
    if (wanted(k->name, argc, argv)) {
      if (k->prepare) {
        k->prepare();
      }
      for (int pass = 0; pass < passes; pass++) {
        long long start = now();
        uint32_t sum = k->run();
        printf("E %s native %d %08x %lld\n", k->name, pass, sum, now() - start);
      }
    }
  }
  puts("DONE");
  return 0;
}
