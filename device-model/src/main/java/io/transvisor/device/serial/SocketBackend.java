package io.transvisor.device.serial;

import io.transvisor.core.error.VmmException;
import io.transvisor.core.machine.MachineControl;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A back end on a TCP or Unix-domain connection, made to another program or waited for. As a server
 * it takes one connection at a time and waits for the next when that ends. Output while nobody is
 * connected is discarded.
 */
final class SocketBackend extends StreamBackend {
  private static final Logger LOG = LoggerFactory.getLogger(SocketBackend.class);

  private final ServerSocketChannel server; // null for a client
  private final CountDownLatch firstConnection = new CountDownLatch(1);
  private volatile SocketChannel connection;
  private volatile boolean closing;

  private SocketBackend(String label, MachineControl machine, ServerSocketChannel server) {
    super(label, machine);
    this.server = server;
  }

  /** Connects to a program that is listening. */
  static SocketBackend connect(String label, MachineControl machine, SocketAddress address) {
    SocketBackend backend = new SocketBackend(label, machine, null);
    try {
      backend.connection = SocketChannel.open(address);
    } catch (IOException e) {
      throw new VmmException(label + ": cannot connect: " + e.getMessage(), e);
    }
    backend.startWriter();
    backend.startThread(() -> backend.serve(backend.connection));
    return backend;
  }

  /**
   * Listens.
   *
   * @param wait whether to come back only when somebody has connected
   */
  static SocketBackend listen(
      String label, MachineControl machine, SocketAddress address, boolean wait) {
    ServerSocketChannel server;
    try {
      server =
          address instanceof java.net.UnixDomainSocketAddress
              ? ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)
              : ServerSocketChannel.open();
      server.bind(address);
    } catch (IOException e) {
      throw new VmmException(label + ": cannot listen: " + e.getMessage(), e);
    }
    SocketBackend backend = new SocketBackend(label, machine, server);
    backend.startWriter();
    backend.startThread(backend::acceptAll);
    if (wait) {
      LOG.info("{}: waiting for a connection", label);
      try {
        backend.firstConnection.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return backend;
  }

  private void startThread(Runnable task) {
    Thread thread = new Thread(task, "input " + label());
    thread.setDaemon(true);
    thread.start();
  }

  /** The address being listened on, or null for a client. */
  SocketAddress localAddress() {
    try {
      return server == null ? null : server.getLocalAddress();
    } catch (IOException e) {
      return null;
    }
  }

  private void acceptAll() {
    while (!closing) {
      try {
        SocketChannel accepted = server.accept();
        connection = accepted;
        firstConnection.countDown();
        serve(accepted);
      } catch (IOException e) {
        if (!closing) {
          LOG.warn("{}: cannot accept a connection: {}", label(), e.getMessage());
        }
        return;
      }
    }
  }

  private void serve(SocketChannel channel) {
    LOG.debug("{}: connected", label());
    receiveAll(Channels.newInputStream(channel));
    LOG.debug("{}: disconnected", label());
    if (!closing) {
      drop(channel);
    }
  }

  private void drop(SocketChannel channel) {
    if (connection == channel) {
      connection = null;
    }
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("{}: {}", label(), e.getMessage());
    }
  }

  @Override
  void send(byte[] bytes, int count) {
    SocketChannel channel = connection;
    if (channel != null && !sendTo(Channels.newOutputStream(channel), bytes, count)) {
      drop(channel);
    }
  }

  @Override
  public void close() {
    closing = true;
    super.close();
    SocketChannel channel = connection;
    if (channel != null) {
      drop(channel);
    }
    if (server != null) {
      try {
        server.close();
      } catch (IOException e) {
        LOG.debug("{}: {}", label(), e.getMessage());
      }
    }
  }
}
