/** The monitor: commands to the running machine as lines of text, named as QEMU names them. */
package io.transvisor.console.monitor;
