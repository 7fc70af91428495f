/**
 * The 8254 interval timer with system control port B (61h). Imports core and the interrupt
 * controller's wires.
 */
package io.transvisor.device.pit;
