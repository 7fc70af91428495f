package io.transvisor.console.socket;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Connections whose clients have not shown what they are here for. There are only so many of them,
 * from one address and altogether, so that connections that say nothing keep nobody out: when there
 * are too many, the one that has said nothing for longest makes room. Thread-safe.
 */
public final class ConnectionQuota {
  private final int mostOfOneAddress;
  private final int most;
  private final Map<Channel, InetAddress> waiting = new LinkedHashMap<>();

  /**
   * @param mostOfOneAddress connections from one address
   * @param most connections altogether
   */
  public ConnectionQuota(int mostOfOneAddress, int most) {
    this.mostOfOneAddress = mostOfOneAddress;
    this.most = most;
  }

  /**
   * Counts a connection from now on; one that is counted already has just said something.
   *
   * @param address of the client, or null where it has none
   * @return whether there was room; if not, another connection has been closed for it
   */
  public boolean add(Channel channel, InetAddress address) {
    Channel displaced;
    synchronized (this) {
      waiting.remove(channel);
      displaced = displaced(address);
      waiting.remove(displaced);
      waiting.put(channel, address);
    }
    if (displaced != null) {
      displaced.close();
    }
    return displaced == null;
  }

  private Channel displaced(InetAddress address) {
    long same = waiting.values().stream().filter(a -> Objects.equals(a, address)).count();
    if (same >= mostOfOneAddress) {
      for (Map.Entry<Channel, InetAddress> e : waiting.entrySet()) {
        if (Objects.equals(e.getValue(), address)) {
          return e.getKey();
        }
      }
    }
    Iterator<Channel> all = waiting.keySet().iterator();
    return waiting.size() >= most ? all.next() : null;
  }

  public synchronized void remove(Channel channel) {
    waiting.remove(channel);
  }
}
