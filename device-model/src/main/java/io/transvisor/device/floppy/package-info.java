/** The 82077AA floppy disk controller and its drives. Imports core, DMA and disk images. */
package io.transvisor.device.floppy;
