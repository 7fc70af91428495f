/* What programs ask of the kernel: INT 80h, number in EAX, arguments in EBX and ECX, result in EAX; and where things are. */

#ifndef CALLS_H
#define CALLS_H

enum call {
  CALL_EXIT,  /* (status) */
  CALL_FORK,  /* the child's result is 0, the parent's 1; -1 if there are too many */
  CALL_EXEC,  /* (name, argument): only returns if there is no such program, -1 */
  CALL_WAIT,  /* the status of a child that has ended; -1 without children */
  CALL_YIELD, /* lets others run */
  CALL_READ,  /* a character from the console */
  CALL_WRITE, /* (text) */
  CALL_FAULTS, /* page faults since the start */
  CALL_OFF    /* the end of the machine */
};

/* The image of a program, entered at its start with the argument in EBX; memory that is zero when first touched; the stack. */
#define IMAGE 0x40000000u
#define HEAP 0x50000000u
#define HEAP_END 0x51000000u
#define STACK 0xBFF00000u
#define STACK_END 0xC0000000u

#endif
