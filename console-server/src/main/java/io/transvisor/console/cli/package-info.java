/**
 * The command line: options as QEMU names them, checked and turned into a machine. The only place
 * that ends the process.
 */
package io.transvisor.console.cli;
