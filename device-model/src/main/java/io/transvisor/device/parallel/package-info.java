/** The parallel port. Imports core and the byte back ends of the serial package. */
package io.transvisor.device.parallel;
