/**
 * Measures how fast emulators run the benchmark guest: kernels of known length, timed from outside
 * by the lines the guest sends over its serial line. Knows emulators only as programs to start.
 */
package io.transvisor.guests.bench;
