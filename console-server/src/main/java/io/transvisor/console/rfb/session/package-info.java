/** One connected viewer: what it has been shown, what has changed since, and when it is told. */
package io.transvisor.console.rfb.session;
