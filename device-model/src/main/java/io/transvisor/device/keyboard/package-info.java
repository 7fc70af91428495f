/**
 * The 8042 keyboard controller, the keyboard and the mouse behind it, and the hand-over of console
 * input to them. The wires to the interrupt controller, the A20 gate and the reset line are given
 * by the board.
 */
package io.transvisor.device.keyboard;
