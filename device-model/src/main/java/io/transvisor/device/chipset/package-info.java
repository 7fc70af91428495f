/**
 * The i440FX host bridge and the PIIX south bridge with QEMU's identities: memory map and shadow
 * RAM, interrupt routing, reset control, power management. The IDE and display functions live in
 * packages of their own.
 */
package io.transvisor.device.chipset;
