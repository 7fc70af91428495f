/**
 * Boot loaders for {@code -kernel}: put a Linux or Multiboot kernel into guest memory and the CPU
 * into the state its boot protocol asks for, without firmware.
 */
package io.transvisor.console.boot;
