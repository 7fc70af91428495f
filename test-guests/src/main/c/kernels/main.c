/* The kernels guest. Its command line names kernels and how to run them:

     [NAME...] [ring0|ring3] [passes=N] [precision=53] [list]

   Without a name all compute kernels run, without a ring all run in ring 3. For each pass it sends over COM1

     B <kernel> <ring> <pass>              the pass begins when this line's end has arrived
     E <kernel> <ring> <pass> <checksum>   and has ended when this line's first character arrives

   and "DONE" at the end, when it switches the machine off. A byte sent to it ends the passes of the running kernel. */

#include "kernel.h"
#include "platform.h"

#define INFO_COMMAND_LINE 4
#define LINE_SIZE 1024

static char line[LINE_SIZE];

void unexpected_interrupt(uint32_t vector, uint32_t first, uint32_t second, uint32_t third) {
  uint32_t cr2;
  __asm__("mov %%cr2, %0" : "=r"(cr2));
  print("UNEXPECTED vector ");
  print_hex(vector & 255);
  print(" stack ");
  print_hex(first);
  print(" ");
  print_hex(second);
  print(" ");
  print_hex(third);
  print(" cr2 ");
  print_hex(cr2);
  print("\n");
  power_off();
}

/* The value of the option "name=" in the line, or null; for a name without "=", whether the word is there. */
static const char *option(const char *name) {
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

static void mark(char what, const struct kernel *k, int ring, uint32_t pass) {
  char start[] = {what, ' ', 0};
  print(start);
  print(k->name);
  print(ring == 3 ? " ring3 " : " ring0 ");
  print_decimal(pass);
}

static void set_precision(int bits) {
  uint16_t control = bits == 53 ? 0x27F : 0x37F;
  __asm__ volatile("fldcw %0" : : "m"(control));
}

static void run(const struct kernel *k, int ring, uint32_t passes) {
  if (k->prepare) {
    k->prepare();
  }
  for (uint32_t pass = 0; pass < passes && serial_received() < 0; pass++) {
    mark('B', k, ring, pass);
    print("\n");
    serial_drain();
    uint32_t sum = ring == 3 ? call_user(k->run) : k->run();
    mark('E', k, ring, pass);
    print(" ");
    print_hex(sum);
    print("\n");
  }
}

static void copy_line(const uint32_t *info) {
  if (info[0] & INFO_COMMAND_LINE) {
    const char *from = (const char *)info[4];
    for (uint32_t i = 0; from[i] && i < LINE_SIZE - 1; i++) {
      line[i] = from[i];
    }
  }
}

void main(const uint32_t *info) {
  copy_line(info);
  serial_init();
  interrupt_controllers_init();
  paging_init();
  set_precision(number(option("precision="), 64));
  int all = 1;
  for (const struct kernel *k = compute_kernels; k->name; k++) {
    all &= !option(k->name);
  }
  uint32_t passes = number(option("passes="), 5);
  __asm__ volatile("sti");
  for (const struct kernel *k = compute_kernels; k->name; k++) {
    if (option("list")) {
      print("K ");
      print(k->name);
      print("\n");
    } else if (all || option(k->name)) {
      run(k, option("ring0") ? 0 : 3, passes);
    }
  }
  print("DONE\n");
  power_off();
}
