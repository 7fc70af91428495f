/**
 * Pixels on the wire: the client's pixel format and one class per rectangle encoding. Works on
 * plain byte arrays; no Netty, no sessions.
 */
package io.transvisor.console.rfb.encode;
