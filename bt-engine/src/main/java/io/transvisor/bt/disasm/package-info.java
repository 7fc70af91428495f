/**
 * Turns guest instructions into text, by the rows of the instruction table that also drive decoder
 * and interpreter. Executes nothing.
 */
package io.transvisor.bt.disasm;
