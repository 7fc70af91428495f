#include "platform.h"

#include "kernel.h"

#define COM1 0x3F8
#define LINE_STATUS (COM1 + 5)

void serial_init(void) {
  out8(COM1 + 1, 0);      /* no interrupts */
  out8(COM1 + 3, 0x80);
  out8(COM1, 1);          /* 115200 bit/s */
  out8(COM1 + 1, 0);
  out8(COM1 + 3, 3);
  out8(COM1 + 2, 7);      /* FIFOs */
}

static void put(char ch) {
  while (!(in8(LINE_STATUS) & 0x20)) {
  }
  out8(COM1, ch);
}

void print(const char *text) {
  while (*text) {
    put(*text++);
  }
}

void print_hex(uint32_t value) {
  for (int shift = 28; shift >= 0; shift -= 4) {
    put("0123456789abcdef"[value >> shift & 15]);
  }
}

void print_decimal(uint32_t value) {
  if (value >= 10) {
    print_decimal(value / 10);
  }
  put('0' + value % 10);
}

void serial_drain(void) {
  while (!(in8(LINE_STATUS) & 0x40)) {
  }
}

int serial_received(void) { return in8(LINE_STATUS) & 1 ? in8(COM1) : -1; }

void interrupt_controllers_init(void) {
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

uint32_t page_directory[1024] __attribute__((aligned(4096)));
uint32_t page_tables[MAPPED_BYTES >> 12] __attribute__((aligned(4096)));

void paging_init(void) {
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
void power_off(void) {
  serial_drain();
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
