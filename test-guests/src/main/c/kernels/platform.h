/* What the kernels run on: the PC of the guest (guest.c), or a 32-bit Linux process (native.c). */

#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdint.h>

void print(const char *text);
void print_hex(uint32_t value);
void print_decimal(uint32_t value);
void print_drain(void);             /* waits until everything printed has left */
int received(void);                 /* the next byte from the host, or -1 */
const char *ring_name(int ring);

/* Calls a function in ring 3. */
uint32_t call_user(uint32_t (*function)(void));

#endif
