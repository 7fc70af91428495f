/* An interpreter for a small stack machine: a loop around one indirect jump. It counts Collatz steps. */

#include "kernel.h"

enum opcode {
  PUSH,      /* immediate */
  LOAD,      /* local */
  STORE,     /* local */
  ADD,
  SUB,
  MUL,
  SHR,
  AND,
  XOR,
  LESS,
  EQUAL,
  JUMP,      /* target */
  JUMP_ZERO, /* target */
  DUP,
  SWAP,
  CALL,      /* target */
  RETURN,
  HALT,
};

enum local { N, X, STEPS, SUM };

/* for (n = 1; n < 2000; n++) { steps = collatz(n); sum = sum * 31 ^ steps; } */
static const uint16_t program[] = {
  /*  0 */ PUSH, 1, STORE, N,
  /*  4 */ LOAD, N, PUSH, 2000, LESS, JUMP_ZERO, 32,
  /* 11 */ CALL, 33,
  /* 13 */ LOAD, SUM, PUSH, 31, MUL, LOAD, STEPS, XOR, STORE, SUM,
  /* 23 */ LOAD, N, PUSH, 1, ADD, STORE, N, JUMP, 4,
  /* 32 */ HALT,
  /* 33 */ PUSH, 0, STORE, STEPS, LOAD, N, STORE, X,
  /* 41 */ LOAD, X, PUSH, 1, EQUAL, JUMP_ZERO, 49,
  /* 48 */ RETURN,
  /* 49 */ LOAD, STEPS, PUSH, 1, ADD, STORE, STEPS,
  /* 56 */ LOAD, X, PUSH, 1, AND, JUMP_ZERO, 76,
  /* 63 */ LOAD, X, DUP, DUP, ADD, ADD, PUSH, 1, ADD, STORE, X, JUMP, 41,
  /* 76 */ LOAD, X, PUSH, 1, SHR, STORE, X, JUMP, 41,
};

static OPAQUE uint32_t interpret(const uint16_t *code) {
  uint32_t stack[32];
  uint32_t locals[4] = {0, 0, 0, 0};
  uint32_t *sp = stack;
  const uint16_t *pc = code;
  for (;;) {
    switch ((enum opcode)*pc++) {
      case PUSH: *sp++ = *pc++; break;
      case LOAD: *sp++ = locals[*pc++]; break;
      case STORE: locals[*pc++] = *--sp; break;
      case ADD: sp--; sp[-1] += *sp; break;
      case SUB: sp--; sp[-1] -= *sp; break;
      case MUL: sp--; sp[-1] *= *sp; break;
      case SHR: sp--; sp[-1] >>= *sp & 31; break;
      case AND: sp--; sp[-1] &= *sp; break;
      case XOR: sp--; sp[-1] ^= *sp; break;
      case LESS: sp--; sp[-1] = sp[-1] < *sp; break;
      case EQUAL: sp--; sp[-1] = sp[-1] == *sp; break;
      case JUMP: pc = code + *pc; break;
      case JUMP_ZERO: pc = *--sp ? pc + 1 : code + *pc; break;
      case DUP: *sp = sp[-1]; sp++; break;
      case SWAP: {
        uint32_t t = sp[-1];
        sp[-1] = sp[-2];
        sp[-2] = t;
        break;
      }
      case CALL: *sp++ = pc + 1 - code; pc = code + *pc; break;
      case RETURN: pc = code + *--sp; break;
      case HALT: return locals[SUM];
    }
  }
}

uint32_t bytecode(void) { return interpret(program); }
