/** The two 8237A DMA controllers of a PC with their page registers. Imports core only. */
package io.transvisor.device.dma;
