package io.transvisor.console.profile;

import com.google.common.primitives.ImmutableIntArray;

/**
 * Where the guest was.
 *
 * @param cpl privilege level
 * @param frames linear addresses: the instruction, then the return addresses that a chain of frame
 *     pointers leads to
 */
record Stack(int cpl, ImmutableIntArray frames) {
  int top() {
    return frames.get(0);
  }
}
