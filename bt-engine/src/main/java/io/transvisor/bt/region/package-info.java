/**
 * Hot guest code as JVM bytecode. {@link io.transvisor.bt.region.ControlFlow} finds a region: the
 * blocks that run together with a hot trace. {@link io.transvisor.bt.region.RegionCompiler} writes
 * one method for it, with guest registers in local variables, and {@link
 * io.transvisor.bt.region.Regions} keeps what is compiled. Knows the decoder and the instruction
 * table, not how traces are interpreted.
 */
package io.transvisor.bt.region;
