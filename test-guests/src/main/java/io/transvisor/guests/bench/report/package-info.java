/** Reports of benchmark results: text, JSON, HTML, charts. */
package io.transvisor.guests.bench.report;
