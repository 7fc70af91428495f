/* Programs of the system guest: calls of the kernel. Each has one entry, main, at the start of its image. */

#ifndef USER_H
#define USER_H

#include <stdint.h>

#include "calls.h"

static inline int ask(enum call call, uint32_t first, uint32_t second) {
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(call), "b"(first), "c"(second) : "memory");
  return result;
}

static inline void leave(int status) {
  ask(CALL_EXIT, (uint32_t)status, 0);
  for (;;) {
  }
}

/* What a program does with its argument; its result is the status it leaves with. */
int main(uint32_t argument);

#define ENTRY                                                                     \
  __attribute__((section(".entry"), naked, used)) void entry(void) {              \
    __asm__ volatile("push %ebx\n\tcall main\n\tmov %eax, %ebx\n\txor %eax, %eax\n\tint $0x80"); \
  }

#endif
