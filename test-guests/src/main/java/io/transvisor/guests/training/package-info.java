/** What the JVM's ahead-of-time cache learns from. */
package io.transvisor.guests.training;
