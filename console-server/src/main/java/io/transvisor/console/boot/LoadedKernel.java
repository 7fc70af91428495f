package io.transvisor.console.boot;

/** A kernel file that has been read and understood, by the way it is started. */
public sealed interface LoadedKernel permits KernelBoot, FirmwareBoot {}
