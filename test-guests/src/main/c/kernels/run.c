/* Runs kernels as a line of words says:

     [NAME...] [nano] [ring0|ring3] [passes=N] [tsc] [list]

   Without a name all compute kernels run, with "nano" all nano-benchmarks, without a ring compute kernels run in ring 3. For
   each pass it prints

     B <kernel> <where> <pass> <operations>   the pass begins when this line's end has arrived
     E <kernel> <where> <pass> <checksum>     and has ended when this line's first character arrives

   where "where" is ring0, ring3 or native; with "tsc" the second line also has the time-stamp counter's growth, which under an
   instruction-counting clock is the number of instructions. A byte received ends the passes of the running kernel; "DONE" is the last line. */

#include "run.h"

#include "kernel.h"
#include "platform.h"

#define DEFAULT_PASSES 5

uint32_t operations;

/* The value of the option "name=" in the line, or null; for a name without "=", whether the word is there. */
static const char *option(const char *line, const char *name) {
  for (const char *word = line; *word;) {
    const char *w = word;
    const char *n = name;
    while (*n && *w == *n) {
      w++;
      n++;
    }
    if (!*n && (n[-1] == '=' || *w == ' ' || !*w)) {
      return w;
    }
    while (*word && *word != ' ') {
      word++;
    }
    while (*word == ' ') {
      word++;
    }
  }
  return NULL;
}

static uint32_t number(const char *digits, uint32_t otherwise) {
  if (!digits) {
    return otherwise;
  }
  uint32_t value = 0;
  while (*digits >= '0' && *digits <= '9') {
    value = value * 10 + *digits++ - '0';
  }
  return value;
}

static void mark(const char *what, const struct kernel *k, int ring, uint32_t pass) {
  print(what);
  print(k->name);
  print(" ");
  print(ring_name(ring));
  print(" ");
  print_decimal(pass);
  print(" ");
}

static void run(const struct kernel *k, int ring, uint32_t passes, int tsc) {
  operations = k->operations;
  if (k->prepare) {
    k->prepare();
  }
  for (uint32_t pass = 0; pass < passes && received() < 0; pass++) {
    mark("B ", k, ring, pass);
    print_decimal(k->operations);
    print("\n");
    print_drain();
    uint64_t start = __builtin_ia32_rdtsc();
    uint32_t sum = ring == 3 ? call_user(k->run) : k->run();
    uint32_t ticks = __builtin_ia32_rdtsc() - start;
    mark("E ", k, ring, pass);
    print_hex(sum);
    if (tsc) {
      print(" ");
      print_decimal(ticks);
    }
    print("\n");
  }
}

static int named(const char *line, const struct kernel *kernels) {
  for (const struct kernel *k = kernels; k->name; k++) {
    if (option(line, k->name)) {
      return 1;
    }
  }
  return 0;
}

static void run_list(const char *line, const struct kernel *kernels, int all, int ring) {
  for (const struct kernel *k = kernels; k->name; k++) {
    if (option(line, "list")) {
      print("K ");
      print(k->name);
      print("\n");
    } else if (all || option(line, k->name)) {
      run(k, ring, number(option(line, "passes="), DEFAULT_PASSES), option(line, "tsc") != NULL);
    }
  }
}

void run_kernels(const char *line) {
  int nano = option(line, "nano") != NULL;
  int all = !nano && !named(line, compute_kernels) && !named(line, nano_benchmarks);
  run_list(line, compute_kernels, all, option(line, "ring0") ? 0 : 3);
  run_list(line, nano_benchmarks, nano, 0);
  print("DONE\n");
}
