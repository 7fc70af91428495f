/* The PC under the guest: ports, descriptors, page tables. */

#ifndef GUEST_H
#define GUEST_H

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

/* The first 32 MB are mapped where they are, for everyone, in pages of 4 KB. */
#define MAPPED_BYTES (32u << 20)
#define PRESENT 1u
#define WRITABLE 2u
#define USER 4u

#define KERNEL_CS 0x08
#define INTERRUPT_GATE 0x8E00u
#define INTERRUPT_GATE_USER 0xEE00u
#define CALL_GATE_USER 0xEC00u

extern uint32_t page_tables[MAPPED_BYTES >> 12];
extern uint32_t idt[512];
extern uint32_t gdt[];

/* Writes a gate of a type to a table's entry. */
static inline void set_gate(uint32_t *entry, void (*target)(void), uint32_t type) {
  entry[0] = KERNEL_CS << 16 | ((uint32_t)target & 0xFFFF);
  entry[1] = ((uint32_t)target & 0xFFFF0000u) | type;
}

#endif
