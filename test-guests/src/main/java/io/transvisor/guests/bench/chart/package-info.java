/** Charts of benchmark results, drawn once and shown as SVG or as a picture. */
package io.transvisor.guests.bench.chart;
