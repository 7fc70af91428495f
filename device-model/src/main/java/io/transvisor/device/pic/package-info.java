/**
 * The two 8259A interrupt controllers of a PC with PIIX edge/level registers. Imports core only.
 */
package io.transvisor.device.pic;
