/** Virtual time and the one queue of timed events. Nothing outside this package reads host time. */
package io.transvisor.core.clock;
