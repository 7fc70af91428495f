/**
 * The x87 floating-point unit with its full 80-bit extended precision, and MMX: arithmetic on
 * primitives, and the instructions built from it. Works on {@link io.transvisor.core.cpu.FpuState};
 * the arithmetic knows nothing of instruction decoding or memory.
 */
package io.transvisor.bt.fpu;
