package io.transvisor.console.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.util.concurrent.ScheduledFuture;
import io.transvisor.console.control.MachineStatus;
import io.transvisor.console.control.Operator;
import io.transvisor.console.rfb.RfbService;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Tells the pages that are open twice a second how the machine is. While none is open the machine
 * is not asked; a page that does not keep up misses some.
 */
final class StatusFeed {
  private static final int PERIOD_MILLIS = 500;

  /** Pages at a time. */
  private static final int MAX_PAGES = 64;

  private final Operator operator;
  private final RfbService viewers;
  private final MediaLibrary media;
  private final Executor work;
  private final EventLoop loop;
  private final ChannelGroup pages;
  private final ObjectMapper json = new ObjectMapper();
  private ScheduledFuture<?> timer;
  private boolean asking;

  /**
   * @param work where what the machine answers is put into words
   */
  StatusFeed(Operator operator, RfbService viewers, MediaLibrary media, Executor work) {
    this.work = work;
    this.operator = operator;
    this.viewers = viewers;
    this.media = media;
    loop = viewers.loops().next();
    pages = new DefaultChannelGroup(loop);
  }

  boolean isFull() {
    return pages.size() >= MAX_PAGES;
  }

  /** Sends to this WebSocket from now on, until it is closed. */
  void add(Channel page) {
    loop.execute(() -> {
      pages.add(page);
      if (timer == null) {
        timer = loop.scheduleAtFixedRate(this::ask, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
      }
    });
  }

  private void ask() {
    if (pages.isEmpty()) {
      timer.cancel(false);
      timer = null;
    } else if (!asking) {
      asking = true;
      status().whenCompleteAsync(this::send, loop);
    }
  }

  private void send(byte[] text, Throwable failure) {
    asking = false;
    if (failure == null) {
      TextWebSocketFrame frame = new TextWebSocketFrame(Unpooled.wrappedBuffer(text));
      pages.writeAndFlush(frame, Channel::isWritable);
    }
  }

  /** The status as JSON. */
  CompletableFuture<byte[]> status() {
    return operator
        .status()
        .thenApplyAsync(
            status -> {
              media.note(status.drives());
              return write(status);
            },
            work);
  }

  private byte[] write(MachineStatus status) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("name", viewers.desktop().name());
    all.put("state", status.paused() ? "paused" : status.halted() ? "idle" : "running");
    all.put("paused", status.paused());
    all.put("time", status.nanoTime() / 1e9);
    all.put("uptime", status.uptimeNanos() / 1e9);
    all.put("viewers", viewers.viewers());
    all.put("keyboardLights", viewers.desktop().keyboard().lights());
    all.put("width", viewers.desktop().screen().width());
    all.put("height", viewers.desktop().screen().height());
    all.put("drives", status.drives());
    all.put("counters", status.counters());
    try {
      return json.writeValueAsBytes(all);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
