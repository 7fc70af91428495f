/** Interrupt wires between devices, and what the CPU asks of the interrupt controller. */
package io.transvisor.core.irq;
