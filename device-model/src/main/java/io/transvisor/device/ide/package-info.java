/**
 * The IDE function of the PIIX3 with its two channels, bus-master DMA, ATA disks and ATAPI CD
 * drives. Media come from {@link io.transvisor.device.storage}; host I/O runs on the controller's
 * own thread and comes back to the vCPU thread before anything of it shows in a register.
 */
package io.transvisor.device.ide;
