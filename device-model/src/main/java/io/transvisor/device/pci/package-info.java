/**
 * The PCI bus as software sees it: configuration mechanism 1 and the standard configuration header
 * of a function with its base address registers and interrupt pin. Knows no particular device.
 */
package io.transvisor.device.pci;
