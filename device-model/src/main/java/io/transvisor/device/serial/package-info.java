/**
 * The 16550A serial port, and where the bytes of serial, parallel and debug ports come from and go
 * to. Imports core only.
 */
package io.transvisor.device.serial;
