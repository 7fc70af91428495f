/**
 * From options to a running machine: the checked description, its assembly, and the life of one
 * run.
 */
package io.transvisor.console.machine;
