/* The nano-benchmarks: what single architectural events and instructions cost. Table and set-up; the timed paths are in
   nano_paths.asm and mixes.asm. */

#include "guest.h"
#include "kernel.h"
#include "mixes.h"
#include "nano_paths.h"
#include "platform.h"

#define MSR_SYSENTER_CS 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176

#define RING3(name) \
  static uint32_t name(void) { \
    events = 0; \
    return call_user(user_##name); \
  }

RING3(int80)
RING3(sysenter)
RING3(divide_error)
RING3(call_gate)
RING3(page_fault)

static void int80_prepare(void) { set_gate(idt + 2 * 0x80, int80_handler, INTERRUPT_GATE_USER); }

static void divide_prepare(void) { set_gate(idt, divide_handler, INTERRUPT_GATE); }

static void write_msr(uint32_t number, uint32_t value) {
  __asm__ volatile("wrmsr" : : "c"(number), "a"(value), "d"(0));
}

static void sysenter_prepare(void) {
  static uint32_t stack[16];
  write_msr(MSR_SYSENTER_CS, KERNEL_CS);
  write_msr(MSR_SYSENTER_ESP, (uint32_t)(stack + 16));
  write_msr(MSR_SYSENTER_EIP, (uint32_t)sysenter_handler);
}

/* Descriptor 6 is the LDT, of one entry; 7 the gate. */
static void ldt_prepare(void) {
  static uint32_t ldt[2];
  uint32_t base = (uint32_t)ldt;
  gdt[12] = base << 16 | (sizeof ldt - 1);
  gdt[13] = (base & 0xFF000000u) | 0x8200 | (base >> 16 & 0xFF);
}

static void call_gate_prepare(void) { set_gate(gdt + 14, call_gate_target, CALL_GATE_USER); }

static void page_fault_prepare(void) {
  set_gate(idt + 2 * 14, page_fault_handler, INTERRUPT_GATE);
  set_gate(idt + 2 * 0x83, unmap_handler, INTERRUPT_GATE_USER);
}

static void interrupt_prepare(void) { set_gate(idt + 2 * 0x24, serial_handler, INTERRUPT_GATE); }

static uint32_t serial_interrupt(void) {
  events = 0;
  out8(0x21, 0xEF);   /* line 4 */
  uint32_t sum = interrupt();
  out8(0x21, 0xFF);
  return sum;
}

static void mix_prepare(void) {
  uint32_t *words = (uint32_t *)MIX_COPY;
  fill_random((uint32_t *)MIX_DATA, MIX_DATA_WORDS);
  for (uint32_t i = 0; i < MIX_DATA_WORDS; i++) {
    words[i] = 0;
  }
}

/* A 16-bit segment of 64 KB, by its type's descriptor byte. */
static void set_segment16(uint32_t *entry, uint32_t base, uint32_t type) {
  entry[0] = base << 16 | 0xFFFF;
  entry[1] = (base & 0xFF000000u) | type << 8 | (base >> 16 & 0xFF);
}

/* Descriptors 8 and 9. */
static void code16_prepare(void) {
  mix_prepare();
  set_segment16(gdt + 16, (uint32_t)code16_start, 0x9A);
  set_segment16(gdt + 18, MIX_DATA, 0x92);
}

#define MIX(text, name, prepare) {"mix-" text, prepare, mix_##name, (uint32_t)mix_##name##_instructions}

const struct kernel nano_benchmarks[] = {
  {"int80", int80_prepare, int80, 300000},
  {"sysenter", sysenter_prepare, sysenter, 1000000},
  {"divide-error", divide_prepare, divide_error, 200000},
  {"call-gate", call_gate_prepare, call_gate, 300000},
  {"far-call", NULL, far_call, 500000},
  {"segment-loads", NULL, segment_loads, 1000000},
  {"lldt", ldt_prepare, lldt, 500000},
  {"cli-popf", NULL, pushf_cli_popf, 2000000},
  {"port-in", NULL, port_in, 500000},
  {"port-out", NULL, port_out, 500000},
  {"rdtsc", NULL, rdtsc, 3000000},
  {"sgdt-sidt-smsw-str", NULL, sgdt_sidt_smsw_str, 3000000},
  {"call-chain", NULL, call_chain, 300000},
  {"self-modify", NULL, self_modify, 20000},
  {"cr3-touch", NULL, cr3_touch, 10000},
  {"page-fault", page_fault_prepare, page_fault, 51200},
  {"pte-write", NULL, pte_write, 3000000},
  {"pte-invlpg", NULL, pte_invlpg, 200000},
  {"invlpg", NULL, invlpg, 300000},
  {"walk", NULL, walk, 2000},
  {"cr0-write", NULL, cr0_write, 500000},
  {"interrupt", interrupt_prepare, serial_interrupt, 50000},
  MIX("alu", alu, NULL),
  MIX("adc", adc, NULL),
  MIX("mul-div", muldiv, NULL),
  MIX("shifts", shifts, NULL),
  MIX("setcc-cmov", setcc, NULL),
  MIX("load-modify-store", memory, mix_prepare),
  MIX("push-pop", pushpop, NULL),
  MIX("lodsb-stosb", lodsb, mix_prepare),
  MIX("code-page-store", code_page, NULL),
  MIX("branches", branches, NULL),
  MIX("call-ret", call, NULL),
  MIX("indirect-call", indirect, NULL),
  MIX("16-bit", code16, code16_prepare),
  {NULL, NULL, NULL, 0},
};
