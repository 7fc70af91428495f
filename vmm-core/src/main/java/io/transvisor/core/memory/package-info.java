/**
 * Guest-physical memory: the backing store, what is mapped where, and write traces. Imports nothing
 * but errors.
 */
package io.transvisor.core.memory;
