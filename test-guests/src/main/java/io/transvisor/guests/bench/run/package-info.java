/**
 * Runs benchmarks: the programs that can, as processes, and what is seen of the guest through its
 * serial line.
 */
package io.transvisor.guests.bench.run;
