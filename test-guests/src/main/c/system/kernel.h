/* The system guest: a small kernel with processes, demand paging and copy on write. */

#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>

#include "calls.h"

#define PAGE 4096u

/* Bits of page-table entries; COPY is one the processor leaves alone. */
#define PRESENT 1u
#define WRITABLE 2u
#define USER 4u
#define COPY 0x200u

/* What entry.asm and the processor leave on the stack of a trap. */
struct frame {
  uint32_t es, ds;
  uint32_t edi, esi, ebp, unused, ebx, edx, ecx, eax;
  uint32_t vector, error;
  uint32_t eip, cs, eflags, esp, ss;
};

struct program {
  const char *name;
  uint8_t *pages;
  uint32_t count;
};

enum state { FREE, READY, WAITS_FOR_CHILD, WAITS_FOR_INPUT, DEAD };

struct process {
  enum state state;
  struct process *parent;
  const struct program *program;
  uint32_t *directory;
  uint8_t *stack; /* one page; traps from user mode begin at its end */
  uint32_t esp;   /* where it was left */
  int status;
};

extern const struct program programs[];
extern struct process *current;

/* ---- memory.c ---- */

void memory_init(uint32_t upper_kilobytes);
void *page_alloc(void); /* not cleared */
void page_free(void *page);
uint32_t *directory_new(void);
uint32_t *directory_copy(uint32_t *from);
void directory_clear(uint32_t *directory);
void directory_load(const uint32_t *directory);
/* Makes a page of the current process present or writable; 0 if it may not have it. */
int page_fault(uint32_t address, uint32_t error);
/* Faults handled so far. */
extern uint32_t faults;

/* ---- process.c ---- */

void processes_start(void);
void reschedule(void);
void wake(enum state waiting);
int process_fork(const struct frame *frame);
int process_exec(struct frame *frame, const char *name, uint32_t argument);
int process_wait(int *status);
void process_exit(int status);

/* ---- devices.c ---- */

void devices_init(void);
void device_interrupt(uint32_t line);
int console_read(void); /* the next character, or -1 */
void print(const char *text);
void print_hex(uint32_t value);
void print_decimal(uint32_t value);
void power_off(void);

#endif
