/**
 * From the TCP connection to ClientInit in protocol versions 3.3, 3.7 and 3.8 (RFC 6143 section 7.1
 * to 7.3.1, appendix A).
 */
package io.transvisor.console.rfb.handshake;
