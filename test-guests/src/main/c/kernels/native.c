/* The kernels as a 32-bit Linux program without a library, so that it runs on machines without one:
   kernels-native WORD..., the words of run.c. */

#include "kernel.h"
#include "platform.h"
#include "run.h"

#define SYS_EXIT 1
#define SYS_READ 3
#define SYS_WRITE 4
#define SYS_POLL 168
#define LINE_SIZE 1024

static long system_call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
  return result;
}

const struct kernel nano_benchmarks[] = {{NULL, NULL, NULL, 0}};

void print(const char *text) {
  uint32_t length = 0;
  while (text[length]) {
    length++;
  }
  system_call(SYS_WRITE, 1, (long)text, length);
}

void print_drain(void) {}

int received(void) {
  struct {
    int fd;
    short events;
    short happened;
  } input = {0, 1, 0};
  uint8_t byte;
  int there = system_call(SYS_POLL, (long)&input, 1, 0) == 1 && system_call(SYS_READ, 0, (long)&byte, 1) == 1;
  return there ? byte : -1;
}

const char *ring_name(int ring) {
  (void)ring;
  return "native";
}

uint32_t call_user(uint32_t (*function)(void)) { return function(); }

static void __attribute__((used)) native_main(char **argv) {
  static char line[LINE_SIZE];
  uint32_t at = 0;
  for (argv++; *argv; argv++) {
    for (const char *c = *argv; *c && at < LINE_SIZE - 2; c++) {
      line[at++] = *c;
    }
    line[at++] = ' ';
  }
  run_kernels(line);
  system_call(SYS_EXIT, 0, 0, 0);
}

__asm__(
    ".globl _start\n"
    "_start:\n\t"
    "fninit\n\t"
    "lea 4(%esp), %eax\n\t"
    "and $-16, %esp\n\t"
    "sub $12, %esp\n\t"
    "push %eax\n\t"
    "call native_main\n");
