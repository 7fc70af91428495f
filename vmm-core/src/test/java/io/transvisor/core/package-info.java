/**
 * The test kit every module shares: a clock moved by hand, wires and a machine that record, and the
 * contract all devices keep.
 */
package io.transvisor.core;
