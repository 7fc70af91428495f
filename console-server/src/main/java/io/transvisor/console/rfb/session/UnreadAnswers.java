package io.transvisor.console.rfb.session;

import io.transvisor.console.rfb.message.RfbProtocolException;

/**
 * Counts the answers that pile up for a client that goes on talking and reads nothing. Updates are
 * not among them: none is made while the connection takes no more.
 */
public final class UnreadAnswers {
  private static final int MAX = 4096;

  private int count;

  /**
   * An answer has been written.
   *
   * @param writable whether the connection takes more at the moment
   * @throws RfbProtocolException if there are too many
   */
  public void add(boolean writable) {
    count = writable ? 0 : count + 1;
    if (count > MAX) {
      throw new RfbProtocolException("it wants answers and does not read them");
    }
  }
}
