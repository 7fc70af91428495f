/**
 * The VNC server: the guest's screen, keyboard and mouse over the Remote Framebuffer protocol (RFC
 * 6143). Sub-packages follow a connection's life: {@code handshake} and {@code security}, then
 * {@code message} (what the client says), {@code session} (what it has been shown), {@code encode}
 * (how pixels travel) and {@code input} (how keys and the pointer reach the guest). Nothing here
 * knows devices; Netty stays inside this module.
 */
package io.transvisor.console.rfb;
