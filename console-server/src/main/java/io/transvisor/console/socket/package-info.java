/** Where the users of line and packet protocols come from: monitor, QMP, debugger. */
package io.transvisor.console.socket;
