/**
 * The instruction table: one row per instruction form, which drives decoder, disassembler,
 * interpreter, translator and tests. Rows are contributed by the family classes of {@code
 * io.transvisor.bt.interp} and {@code io.transvisor.bt.fpu}.
 */
package io.transvisor.bt.isa;
