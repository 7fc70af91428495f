/* What interrupts, faults and calls lead to; the start. */

#include "kernel.h"

#define PAGE_FAULT 14
#define FIRST_LINE 0x20
#define TIMER 0x20
#define SYSTEM_CALL 0x80
#define INFO_MEMORY 1

static int is_user(const struct frame *frame) { return frame->cs & 3; }

static void unexpected(const struct frame *frame, uint32_t address) {
  const uint32_t words[] = {frame->vector, frame->error, frame->eip, frame->cs, address};
  print("UNEXPECTED vector, error, EIP, CS and CR2:");
  for (uint32_t i = 0; i < sizeof words / sizeof *words; i++) {
    print(" ");
    print_hex(words[i]);
  }
  print("\n");
  power_off();
}

static int call(struct frame *frame) {
  int status;
  switch (frame->eax) {
    case CALL_EXIT:
      process_exit((int)frame->ebx);
      return 0;
    case CALL_FORK:
      return process_fork(frame);
    case CALL_EXEC: {
      /* The name goes with the memory it is in. */
      char name[16];
      uint32_t i = 0;
      for (; i < sizeof name - 1 && ((char *)frame->ebx)[i]; i++) {
        name[i] = ((char *)frame->ebx)[i];
      }
      name[i] = 0;
      return process_exec(frame, name, frame->ecx);
    }
    case CALL_WAIT:
      return process_wait(&status) ? -1 : status;
    case CALL_YIELD:
      reschedule();
      return 0;
    case CALL_READ: {
      int c;
      while ((c = console_read()) < 0) {
        current->state = WAITS_FOR_INPUT;
        reschedule();
      }
      return c;
    }
    case CALL_WRITE:
      print((const char *)frame->ebx);
      return 0;
    case CALL_FAULTS:
      return (int)faults;
    case CALL_OFF:
      power_off();
      return 0;
    default:
      return -1;
  }
}

void trap(struct frame *frame) {
  if (frame->vector == SYSTEM_CALL) {
    frame->eax = (uint32_t)call(frame);
  } else if (frame->vector == PAGE_FAULT) {
    uint32_t address;
    __asm__ volatile("mov %%cr2, %0" : "=r"(address));
    if (!page_fault(address, frame->error)) {
      unexpected(frame, address);
    }
  } else if (frame->vector >= FIRST_LINE) {
    device_interrupt(frame->vector - FIRST_LINE);
    if (frame->vector == TIMER && is_user(frame)) {
      reschedule();
    }
  } else {
    unexpected(frame, 0);
  }
}

void kernel_main(const uint32_t *info) {
  devices_init();
  memory_init(info[0] & INFO_MEMORY ? info[2] : 15 * 1024);
  processes_start();
}
