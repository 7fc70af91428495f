/**
 * The client's messages as values, the decoder that makes them, and the bytes of the server's
 * messages.
 */
package io.transvisor.console.rfb.message;
