/** Keys and pointer movements on their way from a console to the guest. */
package io.transvisor.core.input;
