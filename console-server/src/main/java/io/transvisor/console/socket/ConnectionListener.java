package io.transvisor.console.socket;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** A TCP port at which viewers and browsers connect. */
public final class ConnectionListener {
  /** Connections not yet taken from the host. */
  private static final int BACKLOG = 64;

  private ConnectionListener() {}

  /**
   * Tries to listen.
   *
   * @param accepted given each connection on its event loop, before anything arrives
   * @return finished: the listening channel, or why there is none
   */
  public static ChannelFuture open(
      InetSocketAddress address, EventLoopGroup loops, Consumer<Channel> accepted) {
    return new ServerBootstrap()
        .group(loops)
        .channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                accepted.accept(channel);
              }
            })
        .bind(address)
        .awaitUninterruptibly();
  }
}
