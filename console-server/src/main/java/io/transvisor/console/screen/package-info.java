/** Pictures of the screen as files. */
package io.transvisor.console.screen;
