/** The machine: devices, memory, time and one vCPU, and the loop that runs them. */
package io.transvisor.core.machine;
