/**
 * The console in a browser: a web page with noVNC, the connection it makes, and an interface for
 * power, media and statistics.
 */
package io.transvisor.console.web;
