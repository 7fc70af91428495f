/**
 * Small ports of a PC that are no chip of their own: debug console, debug exit, system control port
 * A and the A20 gate. Imports core and the byte back ends.
 */
package io.transvisor.device.misc;
