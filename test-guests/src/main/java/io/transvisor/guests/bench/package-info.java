/**
 * The {@code bench} command: runs the kernels guest on this program's engines, other emulators and
 * the host, timed from outside by the lines the guest sends over its serial line. Knows emulators,
 * this one included, only as programs to start.
 */
package io.transvisor.guests.bench;
