/**
 * Architectural CPU state shared by all engines, and the contract between an engine and the
 * machine.
 */
package io.transvisor.core.cpu;
