/** What every device offers the machine: a name, reset, and save/load of its state. */
package io.transvisor.core.device;
