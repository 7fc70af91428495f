/** The picture a guest shows, as consoles see it. */
package io.transvisor.core.display;
