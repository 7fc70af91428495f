/**
 * What is measured: the benchmarks of the kernels guest, its images and the checksums it must
 * compute. Knows nothing of who runs them.
 */
package io.transvisor.guests.bench.suite;
