/* The kernels guest: what start.asm calls, the serial line, paging, the end. */

#include "guest.h"

#include "kernel.h"
#include "platform.h"
#include "run.h"

#define COM1 0x3F8
#define LINE_STATUS (COM1 + 5)
#define INFO_COMMAND_LINE 4
#define LINE_SIZE 1024

static uint32_t page_directory[1024] __attribute__((aligned(4096)));
uint32_t page_tables[MAPPED_BYTES >> 12] __attribute__((aligned(4096)));

/* ---- the serial line ---- */

static void serial_init(void) {
  out8(COM1 + 1, 0);      /* no interrupts */
  out8(COM1 + 3, 0x80);
  out8(COM1, 1);          /* 115200 bit/s */
  out8(COM1 + 1, 0);
  out8(COM1 + 3, 3);
  out8(COM1 + 2, 7);      /* FIFOs */
  out8(COM1 + 4, 0x0B);   /* ready; interrupts reach the controller */
}

void print(const char *text) {
  for (; *text; text++) {
    while (!(in8(LINE_STATUS) & 0x20)) {
    }
    out8(COM1, *text);
  }
}

void print_drain(void) {
  while (!(in8(LINE_STATUS) & 0x40)) {
  }
}

int received(void) { return in8(LINE_STATUS) & 1 ? in8(COM1) : -1; }

const char *ring_name(int ring) { return ring == 3 ? "ring3" : "ring0"; }

/* ---- set-up ---- */

/* Vectors 20h-2Fh, all lines masked. */
static void interrupt_controllers_init(void) {
  out8(0x20, 0x11);
  out8(0xA0, 0x11);
  out8(0x21, 0x20);
  out8(0xA1, 0x28);
  out8(0x21, 4);
  out8(0xA1, 2);
  out8(0x21, 1);
  out8(0xA1, 1);
  out8(0x21, 0xFF);
  out8(0xA1, 0xFF);
}

static void paging_init(void) {
  for (uint32_t page = 0; page < MAPPED_BYTES >> 12; page++) {
    page_tables[page] = page << 12 | USER | WRITABLE | PRESENT;
  }
  for (uint32_t i = 0; i < MAPPED_BYTES >> 22; i++) {
    page_directory[i] = (uint32_t)(page_tables + 1024 * i) | USER | WRITABLE | PRESENT;
  }
  uint32_t cr0;
  __asm__ volatile(
      "mov %1, %%cr3\n\t"
      "mov %%cr0, %0\n\t"
      "and $0x9FFFFFF3, %0\n\t"   /* caches on, x87 without traps */
      "or $0x80000020, %0\n\t"
      "mov %0, %%cr0"
      : "=&r"(cr0)
      : "r"(page_directory)
      : "memory");
}

/* Power management of a PIIX4 where firmware puts it, the debug-exit device, Bochs' port, the keyboard controller's reset. */
static void power_off(void) {
  print_drain();
  out16(0x604, 0x2000);
  out8(0xF4, 0);
  for (const char *c = "Shutdown"; *c; c++) {
    out8(0x8900, *c);
  }
  out8(0x64, 0xFE);
  for (;;) {
    __asm__ volatile("cli; hlt");
  }
}

/* ---- what start.asm calls ---- */

void unexpected_interrupt(uint32_t vector, uint32_t first, uint32_t second, uint32_t third) {
  uint32_t cr2;
  __asm__("mov %%cr2, %0" : "=r"(cr2));
  const uint32_t words[] = {vector & 255, first, second, third, cr2};
  print("UNEXPECTED interrupt, stack and CR2:");
  for (uint32_t i = 0; i < sizeof words / sizeof *words; i++) {
    print(" ");
    print_hex(words[i]);
  }
  print("\n");
  power_off();
}

void guest_main(const uint32_t *info) {
  static char line[LINE_SIZE];
  if (info[0] & INFO_COMMAND_LINE) {
    const char *from = (const char *)info[4];
    for (uint32_t i = 0; from[i] && i < LINE_SIZE - 1; i++) {
      line[i] = from[i];
    }
  }
  serial_init();
  interrupt_controllers_init();
  paging_init();
  __asm__ volatile("sti");
  run_kernels(line);
  power_off();
}
