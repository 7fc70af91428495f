/**
 * Decoded traces by the place of their bytes in the backing store, and their invalidation when
 * those bytes change.
 */
package io.transvisor.bt.cache;
