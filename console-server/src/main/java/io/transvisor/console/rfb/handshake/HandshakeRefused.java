package io.transvisor.console.rfb.handshake;

/**
 * Fired through the pipeline when the server ends a handshake, for the log.
 *
 * @param reason what the client was told, or would have been told had the protocol a place for it
 */
public record HandshakeRefused(String reason) {}
