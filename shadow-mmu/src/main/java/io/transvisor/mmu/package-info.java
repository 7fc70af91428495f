/**
 * From linear to physical: page walks, page faults, and the flat shadow map that makes an ordinary
 * access one load and one test. Knows nothing of segments, instructions or devices.
 */
package io.transvisor.mmu;
