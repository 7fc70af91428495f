/**
 * What an operator does to a running machine, whatever the front end: power, media, statistics.
 * Knows nothing of viewers, web pages or monitors.
 */
package io.transvisor.console.control;
