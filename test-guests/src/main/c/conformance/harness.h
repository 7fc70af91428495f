/* Runs code at any privilege until an exception or interrupt, and compares what came of it with what must. */

#ifndef HARNESS_H
#define HARNESS_H

#include <stdint.h>

/* Code under test: assembler text that ends with interrupt 81h, "done". */
#define CODE(name, text) \
  __asm__(".text\n.globl " #name "\n" #name ":\n" text "\n\tint $0x81\n.globl " #name "_end\n" #name "_end:\n"); \
  extern char name[], name##_end[]
/* The same for virtual-8086 mode, ending with INT3, which needs no privilege there; copied to where it runs. */
#define CODE16(name, text) \
  __asm__(".text\n.code16\n.globl " #name "\n" #name ":\n" text "\n\tint3\n.globl " #name "_end\n" #name "_end:\n.code32\n"); \
  extern char name[], name##_end[]

enum { CF = 1, PF = 4, AF = 16, ZF = 64, SF = 128, TF = 256, IF = 512, DF = 1024, OF = 2048, IOPL3 = 3 << 12, NT = 1 << 14, RF = 1 << 16, VM = 1 << 17, AC = 1 << 18, VIF = 1 << 19, VIP = 1 << 20 };
enum { KERNEL_CS = 0x08, KERNEL_DS = 0x10, USER_CS = 0x1B, USER_DS = 0x23, TSS = 0x28, SPARE_TSS = 0x30, CONFORMING = 0x38, CODE_1 = 0x41, DATA_1 = 0x49, LDT = 0x50,
       CODE_16 = 0x58, DATA_16 = 0x60, TEST = 0x80 /* first of those left to tests */ };
enum { DONE = 0x81 };

typedef struct {
  uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi, eip, eflags, cs, ss, ds, es, fs, gs, cr3;
} registers;
typedef struct {
  uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi, eip, eflags, cs, ss, ds, es, vector, error, dr6, cr2, tr;
} outcome;

extern registers in;
extern outcome out;
extern uint32_t gdt[128], idt[512], tss[26];
extern char gdt_pointer[], idt_pointer[];
extern uint8_t io_map[8193];
extern char stubs[], stack0[], stack3[];
extern uint32_t steps[128], step_count, go_on_vector;

void enter(void);

/* Registers for code at a privilege level (0 or 3), all of them flat, everything else 0. */
void at_level(int level);
/* Registers for virtual-8086 code, which is copied to a place in segment 8000; the stack is 9000:1000, the data segments A000h below 1 MiB at 8800. */
void in_v86(char *code, char *end);
/* The same for code that must be at 8000:0. */
void in_v86_at_0(char *code, char *end);
/* Runs it; got() then tells what happened. */
void go(char *code);
void go_v86(void);

/* Adds a value to what is compared. */
void note(const char *what, uint32_t value);
/* Compares what happened, and what was noted after it, with what must. */
void expect(const char *name, const char *want);
/* The same without what happened: only what was noted. */
void expect_notes(const char *name, const char *want);
void skip(const char *name, const char *why);

/* Writes a descriptor: access is bytes 5 and 6 of it (type in the low byte, G and D in bits 15 and 14). */
void descriptor(int selector, uint32_t base, uint32_t limit, uint32_t access);
void gate(uint32_t *entry, int selector, uint32_t offset, uint32_t type, int parameters);
/* The gate of a vector, as it is outside of tests. */
void normal_vector(int vector);
/* TR, after a test has changed it. */
void load_task_register(void);
/* Everything a test may have changed in tables. */
void restore_tables(void);

static inline uint32_t read_cr0(void) { uint32_t v; __asm__ volatile("mov %%cr0, %0" : "=r"(v)); return v; }
static inline void write_cr0(uint32_t v) { __asm__ volatile("mov %0, %%cr0" : : "r"(v) : "memory"); }
static inline uint32_t read_cr4(void) { uint32_t v; __asm__ volatile("mov %%cr4, %0" : "=r"(v)); return v; }
static inline void write_cr4(uint32_t v) { __asm__ volatile("mov %0, %%cr4" : : "r"(v) : "memory"); }
static inline uint32_t read_cr3(void) { uint32_t v; __asm__ volatile("mov %%cr3, %0" : "=r"(v)); return v; }
static inline void write_cr3(uint32_t v) { __asm__ volatile("mov %0, %%cr3" : : "r"(v) : "memory"); }
static inline void out8(uint16_t port, uint8_t value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
static inline void out16(uint16_t port, uint16_t value) { __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port)); }
static inline uint8_t in8(uint16_t port) { uint8_t v; __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static inline void write_dr7(uint32_t v) { __asm__ volatile("mov %0, %%dr7" : : "r"(v)); }
static inline uint32_t features(void) {
  uint32_t a = 1, b, c, d;
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
  return d;
}

void segments(void);
void selectors(void);
void gates(void);
void tasks(void);
void virtual_8086(void);
void debugging(void);
void paging(void);
void privileges(void);
void encodings(void);
void locked_bits(void);

#endif
