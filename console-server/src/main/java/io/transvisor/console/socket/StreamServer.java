package io.transvisor.console.socket;

import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts connections and gives each a thread that speaks a protocol with it. */
public final class StreamServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StreamServer.class);

  private final String option;
  private final int most;
  private final Protocol protocol;
  private final ServerSocketChannel listener;
  private final Path socketFile;
  private final Set<SocketChannel> connections = new HashSet<>();

  /** What is spoken with a connection; returns or throws at its end. */
  @FunctionalInterface
  public interface Protocol {
    void serve(InputStream in, OutputStream out) throws IOException;
  }

  /**
   * Starts to listen.
   *
   * @param most connections at a time; those beyond are closed at once
   * @throws VmmException if the address cannot be had
   */
  public StreamServer(Endpoint endpoint, int most, Protocol protocol) {
    option = endpoint.option();
    this.most = most;
    this.protocol = protocol;
    try {
      if (endpoint.address() instanceof UnixDomainSocketAddress unix) {
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socketFile = unix.getPath();
      } else {
        listener = ServerSocketChannel.open();
        socketFile = null;
      }
    } catch (IOException e) {
      throw endpoint.error("cannot listen: " + e.getMessage());
    }
    try {
      listener.bind(endpoint.address());
    } catch (IOException e) {
      closeQuietly(listener);
      throw endpoint.error("cannot listen: " + e.getMessage());
    }
    Thread.ofVirtual().name(option).start(this::acceptAll);
  }

  /** The address listened on. */
  public SocketAddress localAddress() {
    try {
      return listener.getLocalAddress();
    } catch (IOException e) {
      throw new VmmException(option + ": " + e.getMessage(), e);
    }
  }

  private void acceptAll() {
    try {
      while (listener.isOpen()) {
        SocketChannel channel = listener.accept();
        if (admit(channel)) {
          serve(channel);
        } else {
          LOG.info("{}: refused a connection, there is one already", option);
          closeQuietly(channel);
        }
      }
    } catch (IOException e) {
      LOG.debug("{}: {}", option, e.getMessage());
    }
  }

  private synchronized boolean admit(SocketChannel channel) {
    return connections.size() < most && listener.isOpen() && connections.add(channel);
  }

  private void serve(SocketChannel channel) throws IOException {
    if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    Thread.ofVirtual()
        .name(option + " " + channel.getRemoteAddress())
        .start(() -> {
          try (channel) {
            protocol.serve(Channels.newInputStream(channel), Channels.newOutputStream(channel));
          } catch (IOException e) {
            LOG.debug("{}: {}", option, e.getMessage());
          } finally {
            synchronized (this) {
              connections.remove(channel);
            }
          }
        });
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      LOG.debug("closing: {}", e.getMessage());
    }
  }

  /** Closes the connections too. */
  @Override
  public void close() {
    closeQuietly(listener);
    List<SocketChannel> open;
    synchronized (this) {
      open = List.copyOf(connections);
    }
    open.forEach(StreamServer::closeQuietly);
    if (socketFile != null) {
      closeQuietly(() -> Files.deleteIfExists(socketFile));
    }
  }
}
