/* Interrupt controllers, a timer of 100 Hz, the serial line as console, the end. */

#include "guest.h"
#include "kernel.h"

#define COM1 0x3F8
#define LINE_STATUS (COM1 + 5)
#define TIMER_LINE 0
#define CONSOLE_LINE 4
#define TIMER_DIVISOR (1193182 / 100)
#define KEPT 256u

static char typed[KEPT];
static uint32_t typed_head;
static uint32_t typed_tail;

void devices_init(void) {
  /* Vectors 20h-2Fh, all lines masked but two. */
  const uint16_t master = 0x20;
  const uint16_t slave = 0xA0;
  out8(master, 0x11);
  out8(slave, 0x11);
  out8(master + 1, 0x20);
  out8(slave + 1, 0x28);
  out8(master + 1, 4);
  out8(slave + 1, 2);
  out8(master + 1, 1);
  out8(slave + 1, 1);
  out8(master + 1, 0xFF & ~(1 << TIMER_LINE | 1 << CONSOLE_LINE));
  out8(slave + 1, 0xFF);

  out8(0x43, 0x34);
  out8(0x40, TIMER_DIVISOR & 0xFF);
  out8(0x40, TIMER_DIVISOR >> 8);

  out8(COM1 + 3, 0x80);
  out8(COM1, 1);        /* 115200 bit/s */
  out8(COM1 + 1, 0);
  out8(COM1 + 3, 3);
  out8(COM1 + 2, 1);    /* FIFOs, an interrupt for each character */
  out8(COM1 + 4, 0x0B); /* ready; interrupts reach the controller */
  out8(COM1 + 1, 1);    /* of characters that have arrived */
}

void device_interrupt(uint32_t line) {
  if (line == CONSOLE_LINE) {
    while (in8(LINE_STATUS) & 1) {
      typed[typed_head++ % KEPT] = (char)in8(COM1);
    }
    wake(WAITS_FOR_INPUT);
  }
  out8(0x20, 0x20);
}

int console_read(void) {
  return typed_tail == typed_head ? -1 : typed[typed_tail++ % KEPT];
}

void print(const char *text) {
  for (; *text; text++) {
    while (!(in8(LINE_STATUS) & 0x20)) {
    }
    out8(COM1, (uint8_t)*text);
  }
}

/* Power management of a PIIX4 where firmware puts it, the debug-exit device, the keyboard controller's reset. */
void power_off(void) {
  while (!(in8(LINE_STATUS) & 0x40)) {
  }
  out16(0x604, 0x2000);
  out8(0xF4, 0);
  out8(0x64, 0xFE);
  for (;;) {
    __asm__ volatile("cli; hlt");
  }
}
