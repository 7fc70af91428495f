/** GDB's remote serial protocol (GDB manual, appendix E): debugs the guest from outside. */
package io.transvisor.console.gdb;
