/**
 * The MC146818 real-time clock with its CMOS memory, and what the board writes there for the
 * firmware. Imports core and the interrupt controller's wires.
 */
package io.transvisor.device.rtc;
