/* Processes, one kernel stack each; only what runs in user mode is interrupted. */

#include "kernel.h"

#define MOST 32
#define USER_CS 0x1B
#define USER_DS 0x23
#define INTERRUPTS 0x200u

struct process *current;

static struct process table[MOST];

extern uint32_t tss[];
void switch_stack(uint32_t *save, uint32_t next);
void return_from_trap(void);

static struct process *process_new(void) {
  for (uint32_t i = 0; i < MOST; i++) {
    if (table[i].state == FREE) {
      table[i].stack = page_alloc();
      return table + i;
    }
  }
  return 0;
}

/* The frame at the end of a stack, which is where the process comes from. */
static struct frame *frame_of(struct process *p) {
  return (struct frame *)(p->stack + PAGE) - 1;
}

/* When it is switched to, it returns to user mode by its frame. */
static void make_ready(struct process *p) {
  uint32_t *top = (uint32_t *)frame_of(p);
  *--top = (uint32_t)return_from_trap;
  p->esp = (uint32_t)(top - 4); /* EBP, EBX, ESI, EDI */
  p->state = READY;
}

static const struct program *find(const char *name) {
  for (const struct program *p = programs; p->name; p++) {
    const char *a = p->name;
    const char *b = name;
    while (*a && *a == *b) {
      a++;
      b++;
    }
    if (*a == *b) {
      return p;
    }
  }
  return 0;
}

static void enter(struct frame *frame, uint32_t argument) {
  *frame = (struct frame){.es = USER_DS,
                          .ds = USER_DS,
                          .ebx = argument,
                          .eip = IMAGE,
                          .cs = USER_CS,
                          .eflags = INTERRUPTS,
                          .esp = STACK_END - 16,
                          .ss = USER_DS};
}

static void run(struct process *next) {
  static uint32_t nowhere;
  uint32_t *save = current ? &current->esp : &nowhere;
  current = next;
  tss[1] = (uint32_t)(next->stack + PAGE);
  directory_load(next->directory);
  switch_stack(save, next->esp);
}

void processes_start(void) {
  struct process *first = process_new();
  first->program = find("shell");
  first->directory = directory_new();
  enter(frame_of(first), 0);
  make_ready(first);
  run(first);
}

/* Lets the next process run, or this one again; waits for interrupts if none can. */
void reschedule(void) {
  for (;;) {
    uint32_t at = (uint32_t)(current - table);
    for (uint32_t i = 1; i <= MOST; i++) {
      struct process *p = table + (at + i) % MOST;
      if (p->state == READY) {
        if (p != current) {
          run(p);
        }
        return;
      }
    }
    __asm__ volatile("sti; hlt; cli" : : : "memory");
  }
}

/* Those who wait for something may go on. */
void wake(enum state waiting) {
  for (uint32_t i = 0; i < MOST; i++) {
    if (table[i].state == waiting) {
      table[i].state = READY;
    }
  }
}

int process_fork(const struct frame *frame) {
  struct process *child = process_new();
  if (!child) {
    return -1;
  }
  child->parent = current;
  child->program = current->program;
  child->directory = directory_copy(current->directory);
  *frame_of(child) = *frame;
  frame_of(child)->eax = 0;
  make_ready(child);
  return 1;
}

int process_exec(struct frame *frame, const char *name, uint32_t argument) {
  const struct program *program = find(name);
  if (!program) {
    return -1;
  }
  current->program = program;
  directory_clear(current->directory);
  directory_load(current->directory);
  enter(frame, argument);
  return 0;
}

int process_wait(int *status) {
  for (;;) {
    int children = 0;
    for (uint32_t i = 0; i < MOST; i++) {
      struct process *p = table + i;
      if (p->state != FREE && p->parent == current) {
        children = 1;
        if (p->state == DEAD) {
          *status = p->status;
          page_free(p->directory);
          page_free(p->stack);
          p->state = FREE;
          p->parent = 0;
          return 0;
        }
      }
    }
    if (!children) {
      return -1;
    }
    current->state = WAITS_FOR_CHILD;
    reschedule();
  }
}

void process_exit(int status) {
  directory_clear(current->directory);
  current->status = status;
  current->state = DEAD;
  if (current->parent && current->parent->state == WAITS_FOR_CHILD) {
    current->parent->state = READY;
  }
  reschedule();
}
