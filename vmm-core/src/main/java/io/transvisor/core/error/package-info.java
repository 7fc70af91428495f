/** Errors a user can act on; each says what is wrong and where in one line. */
package io.transvisor.core.error;
