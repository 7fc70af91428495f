package io.transvisor.core.memory;

/**
 * A named, page-aligned piece of the backing store of {@link PhysicalMemory}: RAM, a ROM image,
 * video memory.
 *
 * @param name for error messages and dumps
 * @param offset index of its first byte in {@link PhysicalMemory#store()}; a multiple of 4096
 * @param size bytes; a multiple of 4096
 */
public record MemoryBlock(String name, int offset, int size) {}
