/* The timed paths of the nano-benchmarks, in nano_paths.asm. Each does as many operations as the variable says. */

#ifndef NANO_PATHS_H
#define NANO_PATHS_H

#include <stdint.h>

/* What handlers count: the checksum of what passes through them. */
extern uint32_t events;

/* Handlers. */
void int80_handler(void);
void sysenter_handler(void);
void divide_handler(void);
void call_gate_target(void);
void page_fault_handler(void);
void unmap_handler(void);
void serial_handler(void);

/* For ring 3. */
uint32_t user_int80(void);
uint32_t user_sysenter(void);
uint32_t user_divide_error(void);
uint32_t user_call_gate(void);
uint32_t user_page_fault(void);

/* For ring 0. */
uint32_t far_call(void);
uint32_t segment_loads(void);
uint32_t lldt(void);
uint32_t pushf_cli_popf(void);
uint32_t port_in(void);
uint32_t port_out(void);
uint32_t rdtsc(void);
uint32_t sgdt_sidt_smsw_str(void);
uint32_t call_chain(void);
uint32_t self_modify(void);
uint32_t cr3_touch(void);
uint32_t pte_write(void);
uint32_t pte_invlpg(void);
uint32_t invlpg(void);
uint32_t walk(void);
uint32_t cr0_write(void);
uint32_t interrupt(void);

#endif
