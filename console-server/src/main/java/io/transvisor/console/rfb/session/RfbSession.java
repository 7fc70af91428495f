package io.transvisor.console.rfb.session;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.transvisor.console.rfb.encode.Area;
import io.transvisor.console.rfb.encode.ByteSink;
import io.transvisor.console.rfb.input.GuestKeyboard;
import io.transvisor.console.rfb.input.GuestPointer;
import io.transvisor.console.rfb.message.ClientMessage;
import io.transvisor.console.rfb.message.ClientMessage.ClientCutText;
import io.transvisor.console.rfb.message.ClientMessage.FramebufferUpdateRequest;
import io.transvisor.console.rfb.message.ClientMessage.KeyEvent;
import io.transvisor.console.rfb.message.ClientMessage.PointerEvent;
import io.transvisor.console.rfb.message.ClientMessage.SetEncodings;
import io.transvisor.console.rfb.message.ClientMessage.SetPixelFormat;
import io.transvisor.console.rfb.message.ServerMessages;
import io.transvisor.console.rfb.session.ScrollDetector.Scroll;
import io.transvisor.core.display.Screen;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One viewer after the handshake. Sends ServerInit when it joins the pipeline; from then on answers
 * each request with one update, built when there is something to show and the connection has room,
 * from the state of the screen at that moment.
 *
 * <p>All of it runs on the connection's event loop but {@link #onDamage}, which the painting thread
 * calls.
 */
public final class RfbSession extends SimpleChannelInboundHandler<ClientMessage> {
  /**
   * A repaint comes as many small rectangles; this is how long the first one waits for the others.
   */
  private static final int SETTLE_MILLIS = 5;

  private final Screen screen;
  private final GuestKeyboard keyboard;
  private final GuestPointer pointer;
  private final String desktopName;
  private final UpdateBuilder builder = new UpdateBuilder();
  private final AtomicBoolean updateScheduled = new AtomicBoolean();
  private ChannelHandlerContext ctx;
  private PendingDamage damage;
  private ClientPicture picture;

  /** What the client has asked for and not been sent, all requests together. */
  private Area wanted = Area.EMPTY;

  /**
   * What the client must be sent even if nothing has changed there, because it never had it or lost
   * it.
   */
  private Area owed;

  /** Whether a request is open, for the painting thread. */
  private volatile boolean waiting;

  public RfbSession(
      Screen screen, GuestKeyboard keyboard, GuestPointer pointer, String desktopName) {
    this.screen = screen;
    this.keyboard = keyboard;
    this.pointer = pointer;
    this.desktopName = desktopName;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    screen.read(
        p -> {
          picture = new ClientPicture(Math.max(1, p.width()), Math.max(1, p.height()));
          damage = new PendingDamage(picture.width(), picture.height(), this::onDamage);
          screen.addListener(damage);
        });
    owed = picture.bounds();
    ByteSink init = new ByteSink();
    ServerMessages.serverInit(init, picture.width(), picture.height(), desktopName);
    write(init);
    ctx.flush();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    screen.removeListener(damage);
    waiting = false;
    wanted = Area.EMPTY;
    keyboard.release(this);
    pointer.release(this);
    builder.close();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ClientMessage message) {
    switch (message) {
      case SetPixelFormat m -> {
        builder.setPixelFormat(m.format());
        // What it has is in the old format, and not all clients convert it.
        owed = picture.bounds();
      }
      case SetEncodings m -> builder.setEncodings(m.encodings());
      case FramebufferUpdateRequest m -> request(m);
      case KeyEvent m -> keyboard.event(this, m.down(), m.keysym());
      case PointerEvent m ->
          pointer.event(this, m.buttons(), m.x(), m.y(), screen.width(), screen.height());
      case ClientCutText _ -> {
        // The guest has no clipboard.
      }
    }
  }

  private void request(FramebufferUpdateRequest request) {
    Area area = request.area().intersect(picture.bounds());
    if (area.isEmpty()) {
      return;
    }
    wanted = wanted.enclose(area);
    if (!request.incremental()) {
      owed = owed.enclose(area);
    }
    waiting = true;
    update();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    update();
    context.fireChannelWritabilityChanged();
  }

  /** Painting thread, picture locked: only arranges for a look later on. */
  private void onDamage() {
    if (waiting && updateScheduled.compareAndSet(false, true)) {
      try {
        ctx.executor().schedule(this::scheduledUpdate, SETTLE_MILLIS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        // The server is closing, and this connection with it.
        waiting = false;
      }
    }
  }

  private void scheduledUpdate() {
    updateScheduled.set(false);
    update();
  }

  private void update() {
    if (wanted.isEmpty() || !ctx.channel().isWritable()) {
      return;
    }
    if (builder.supportsDesktopSize() && resized()) {
      answered();
      builder.desktopSize(picture.width(), picture.height(), this::write);
      ctx.flush();
      return;
    }
    if (owed.isEmpty() && damage.isEmpty()) {
      return;
    }
    screen.read(p -> picture.capture(p, damage, wanted));
    Area owedNow = owed.intersect(wanted);
    Scroll scroll = null;
    if (owed.isEmpty() && builder.supportsCopyRect()) {
      scroll = picture.takeScroll();
    }
    List<Area> areas = picture.takeChanges(owedNow);
    if (scroll == null && areas.isEmpty()) {
      return;
    }
    if (owedNow.equals(owed)) {
      owed = Area.EMPTY;
    }
    answered();
    builder.update(picture, scroll, areas, this::write);
    ctx.flush();
  }

  /**
   * Whether the screen has a size the client has not been told of; starts over with that size then.
   */
  private boolean resized() {
    if (!damage.isResized()) {
      return false;
    }
    int[] size = new int[2];
    screen.read(
        p -> {
          // Viewers take an empty framebuffer, or an empty rectangle, badly.
          size[0] = Math.max(1, p.width());
          size[1] = Math.max(1, p.height());
          damage.restart(size[0], size[1]);
        });
    if (size[0] == picture.width() && size[1] == picture.height()) {
      return false;
    }
    picture = new ClientPicture(size[0], size[1]);
    owed = picture.bounds();
    return true;
  }

  private void answered() {
    wanted = Area.EMPTY;
    waiting = false;
  }

  private void write(ByteSink part) {
    ctx.write(ctx.alloc().buffer(part.length()).writeBytes(part.array(), 0, part.length()));
  }
}
