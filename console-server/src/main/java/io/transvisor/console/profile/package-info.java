/**
 * Where a guest spends its time: samples of its instruction pointer and stack, names for addresses,
 * reports. Sees the machine only through tasks on the vCPU thread.
 */
package io.transvisor.console.profile;
