/**
 * The PC as a whole: which devices there are, where they sit and how they are wired. The only
 * package that knows all device packages; none of them knows this one.
 */
package io.transvisor.device.board;
