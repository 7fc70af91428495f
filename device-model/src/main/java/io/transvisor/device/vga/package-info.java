/**
 * The standard VGA: the IBM VGA register set with the Bochs VBE (DISPI) extension, as PCI function
 * 1234:1111 with 16 MiB of video memory. One class per part of the chip, one per way of painting.
 * Depends on the core and on the PCI function only.
 */
package io.transvisor.device.vga;
