/**
 * The interpreter: the CPU object, the handlers of every instruction family, and the loop that runs
 * decoded traces.
 */
package io.transvisor.bt.interp;
