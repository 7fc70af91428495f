package io.transvisor.console.rfb;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Connections that have not shown yet that they are viewers. There are only so many of them, from
 * one address and altogether, so that connections that say nothing do not keep viewers out: when
 * there are too many, the oldest makes room.
 */
final class PendingHandshakes {
  /** From one address. */
  static final int MAX_PER_ADDRESS = 32;

  static final int MAX = 64;

  private final Map<Channel, InetAddress> pending = new LinkedHashMap<>();

  /**
   * @param address of the client, or null where it has none
   * @return false if its address has too many
   */
  synchronized boolean add(Channel channel, InetAddress address) {
    long same = pending.values().stream().filter(a -> Objects.equals(a, address)).count();
    if (same >= MAX_PER_ADDRESS) {
      return false;
    }
    if (pending.size() >= MAX) {
      Iterator<Channel> all = pending.keySet().iterator();
      Channel oldest = all.next();
      all.remove();
      oldest.close();
    }
    pending.put(channel, address);
    return true;
  }

  synchronized void remove(Channel channel) {
    pending.remove(channel);
  }
}
