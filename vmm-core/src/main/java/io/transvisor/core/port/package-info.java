/** The 64 KiB I/O port space and the handlers behind it. */
package io.transvisor.core.port;
