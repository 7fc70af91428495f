/* The machine under the kernels: ports, serial line, paging, the command line. */

#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdint.h>

static inline void out8(uint16_t port, uint8_t value) {
  __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void out16(uint16_t port, uint16_t value) {
  __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port) {
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

void serial_init(void);
void print(const char *text);
void print_hex(uint32_t value);
void print_decimal(uint32_t value);
void serial_drain(void);          /* waits until the last bit has left */
int serial_received(void);        /* the next byte from the host, or -1 */

void interrupt_controllers_init(void);   /* vectors 20h-2Fh, all lines masked */
void paging_init(void);                  /* the first 32 MB, as they are, for everyone, in 4 KB pages */
void power_off(void);

uint32_t call_user(uint32_t (*function)(void));

#define MAPPED_BYTES (32u << 20)
#define PRESENT 1u
#define WRITABLE 2u
#define USER 4u

extern uint32_t page_directory[1024];
extern uint32_t page_tables[MAPPED_BYTES >> 12];
extern uint32_t idt[512];
extern uint32_t tss[26];
extern uint32_t gdt[32];

#endif
