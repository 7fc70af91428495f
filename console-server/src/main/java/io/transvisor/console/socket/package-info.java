/**
 * Where connections come from: of viewers and browsers, and of the monitor, QMP and the debugger.
 */
package io.transvisor.console.socket;
