/**
 * The APIC interrupt system: a local APIC per CPU, the I/O APIC, the bus between them, and the MP
 * tables that describe them. Uses the 8259 pair only as the source of ExtINT vectors.
 */
package io.transvisor.device.apic;
