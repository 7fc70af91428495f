/**
 * Who may connect: security type VNC Authentication and the lock-out of addresses that guess
 * passwords.
 */
package io.transvisor.console.rfb.security;
