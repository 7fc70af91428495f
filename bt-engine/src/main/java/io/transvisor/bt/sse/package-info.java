/**
 * SSE and SSE2 (Intel SDM volume 1, chapters 10 and 11): arithmetic with exact exception flags, and
 * the rows of the instruction table. What an instruction does is in static methods over primitives;
 * XMM registers are worked on in halves of 64 bits. May use {@code bt.fpu} for the MMX operations
 * that SSE2 extends.
 */
package io.transvisor.bt.sse;
