package io.transvisor.console.rfb.session;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.transvisor.console.rfb.encode.Area;
import io.transvisor.console.rfb.encode.ByteSink;
import io.transvisor.console.rfb.encode.Encoding;
import io.transvisor.console.rfb.input.GuestPointer;
import io.transvisor.console.rfb.message.ClientMessage;
import io.transvisor.console.rfb.message.ClientMessage.ClientCutText;
import io.transvisor.console.rfb.message.ClientMessage.ClientFence;
import io.transvisor.console.rfb.message.ClientMessage.EnableContinuousUpdates;
import io.transvisor.console.rfb.message.ClientMessage.FramebufferUpdateRequest;
import io.transvisor.console.rfb.message.ClientMessage.KeyEvent;
import io.transvisor.console.rfb.message.ClientMessage.PointerEvent;
import io.transvisor.console.rfb.message.ClientMessage.ScanCodeEvent;
import io.transvisor.console.rfb.message.ClientMessage.SetDesktopSize;
import io.transvisor.console.rfb.message.ClientMessage.SetEncodings;
import io.transvisor.console.rfb.message.ClientMessage.SetPixelFormat;
import io.transvisor.console.rfb.message.ClientMessage.XvpRequest;
import io.transvisor.console.rfb.message.ServerMessages;
import io.transvisor.console.rfb.security.Access;
import io.transvisor.console.rfb.session.Announcements.Kind;
import io.transvisor.console.rfb.session.ScrollDetector.Scroll;
import io.transvisor.core.display.PointerShape;
import io.transvisor.core.display.Screen;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One viewer after the handshake. Sends ServerInit when it joins the pipeline; from then on answers
 * each request with one update, built when there is something to show and the connection has room,
 * from the state of the screen at that moment. While the client has continuous updates enabled they
 * go out without requests, as fast as it takes them in.
 *
 * <p>All of it runs on the connection's event loop but {@link #onPainted}, which the painting
 * thread calls.
 */
public final class RfbSession extends SimpleChannelInboundHandler<ClientMessage> {
  /** How long the screen must be at rest until what was sent with loss is sent again without. */
  private static final int REFINE_MILLIS = 250;

  /** Pixels sent again at a time: few, as what happens next must not wait for long. */
  private static final int REFINE_PIXELS = 1 << 16;

  /** What a pointer's coordinates count from when they are movements. */
  private static final int NO_MOVEMENT = 0x7FFF;

  private static final int XVP_SHUTDOWN = 2;
  private static final int XVP_REBOOT = 3;
  private static final int XVP_RESET = 4;

  /** First two fields of ExtendedDesktopSize. */
  private static final int REASON_SERVER = 0;

  private static final int REASON_THIS_CLIENT = 1;
  private static final int STATUS_OK = 0;
  private static final int STATUS_PROHIBITED = 1;

  private static final Logger LOG = LoggerFactory.getLogger(RfbSession.class);

  private final Desktop desktop;
  private final Access access;
  private final Screen screen;
  private final UpdateBuilder builder = new UpdateBuilder();
  private final Announcements announcements = new Announcements();
  private final Fences fences = new Fences();
  private final UnreadAnswers unread = new UnreadAnswers();

  /** Extensions that have been announced to the client, which is done once. */
  private final Set<Integer> announced = new HashSet<>();

  private final ByteSink sink = new ByteSink();

  /** The lights the client was sent last. */
  private int lightsShown = -1;

  /** The pointer the client was sent last. */
  private PointerShape pointerShown;

  private final AtomicBoolean updateScheduled = new AtomicBoolean();
  private ClientCapabilities client = ClientCapabilities.NONE;
  private ChannelHandlerContext ctx;
  private PendingDamage damage;
  private ClientPicture picture;

  /** Sends again what was sent with loss, when its time has come. */
  private ScheduledFuture<?> refinement;

  /** What the client has asked for and not been sent, all requests together. */
  private Area wanted = Area.EMPTY;

  /** What the client wants to be sent without asking. */
  private Area continuous = Area.EMPTY;

  /**
   * What the client must be sent even if nothing has changed there, because it never had it or lost
   * it.
   */
  private Area owed;

  /** Whether the client wants anything, for the painting thread. */
  private volatile boolean waiting;

  /**
   * @param access what the viewer may do
   */
  public RfbSession(Desktop desktop, Access access) {
    this.desktop = desktop;
    this.access = access;
    screen = desktop.screen();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    screen.read(p -> {
      picture = new ClientPicture(Math.max(1, p.width()), Math.max(1, p.height()));
      damage = new PendingDamage(picture.width(), picture.height(), this::onPainted);
      screen.addListener(damage);
    });
    owed = picture.bounds();
    ServerMessages.serverInit(sink, picture.width(), picture.height(), desktop.name());
    send();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    screen.removeListener(damage);
    waiting = false;
    wanted = Area.EMPTY;
    continuous = Area.EMPTY;
    desktop.keyboard().release(this);
    desktop.pointer().release(this);
    if (refinement != null) {
      refinement.cancel(false);
    }
    builder.close();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ClientMessage message) {
    fences.beforeMessage(sink);
    switch (message) {
      case SetPixelFormat m -> {
        builder.setPixelFormat(m.format());
        // What it has is in the old format, and not all clients convert it.
        owed = picture.bounds();
      }
      case SetEncodings m -> encodings(new ClientCapabilities(m.encodings()));
      case FramebufferUpdateRequest m -> request(m);
      case KeyEvent _, ScanCodeEvent _, PointerEvent _ when access == Access.VIEW_ONLY -> {
        // It may look only, and some viewers do not know that.
      }
      case KeyEvent m -> {
        desktop.screen().hurry();
        desktop.keyboard().event(this, m.down(), m.keysym());
      }
      case ScanCodeEvent m -> {
        desktop.screen().hurry();
        desktop.keyboard().event(this, m.down(), m.keysym(), m.scanCode());
      }
      case PointerEvent m -> {
        desktop.screen().hurry();
        pointer(m);
      }
      case ClientCutText _ -> {
        // The guest has no clipboard.
      }
      case EnableContinuousUpdates m -> continuousUpdates(m);
      case ClientFence m -> {
        if (fences.received(m, sink)) {
          update();
        }
      }
      case SetDesktopSize _ -> {
        // The guest chooses its screen modes by itself.
        announceSize(REASON_THIS_CLIENT, STATUS_PROHIBITED);
        update();
      }
      case XvpRequest m -> machineAction(m);
    }
    if (sink.length() > 0) {
      unread.add(ctx.channel().isWritable());
    }
    send();
  }

  // ---- what the client can ----

  private void encodings(ClientCapabilities capabilities) {
    client = capabilities;
    builder.setCapabilities(client);
    if (isNew(Encoding.FENCE)) {
      fences.announce(sink);
    }
    if (isNew(Encoding.CONTINUOUS_UPDATES)) {
      ServerMessages.endOfContinuousUpdates(sink);
    }
    if (desktop.actions().isPresent() && access == Access.FULL && isNew(Encoding.XVP)) {
      ServerMessages.xvp(sink, ServerMessages.XVP_INIT);
    }
    if (isNew(Encoding.EXTENDED_DESKTOP_SIZE)) {
      announceSize(REASON_SERVER, STATUS_OK);
    }
    if (isNew(Encoding.DESKTOP_NAME)) {
      announcements.put(Kind.NAME, out -> ServerMessages.desktopName(out, desktop.name()));
    }
    if (isNew(Encoding.QEMU_EXTENDED_KEY_EVENT)) {
      announcements.put(
          Kind.SCAN_CODES, out -> ServerMessages.marker(out, Encoding.QEMU_EXTENDED_KEY_EVENT));
    }
    if (isNew(Encoding.POINTER_MOTION_CHANGE)) {
      announcements.put(
          Kind.RELATIVE_POINTER,
          out -> ServerMessages.relativePointer(out, picture.width(), picture.height()));
    }
    // Whatever it was sent, it may have been in an encoding it no longer takes.
    pointerShown = null;
    if (isNew(Encoding.QEMU_LED_STATE) | isNew(Encoding.VMWARE_LED_STATE)) {
      announceLights();
    }
    update();
  }

  private boolean isNew(int extension) {
    return client.has(extension) && announced.add(extension);
  }

  private void announceLights() {
    int encoding =
        client.has(Encoding.QEMU_LED_STATE) ? Encoding.QEMU_LED_STATE : Encoding.VMWARE_LED_STATE;
    if (client.has(encoding)) {
      announcements.put(
          Kind.LIGHTS,
          out -> {
            lightsShown = desktop.keyboard().lights();
            ServerMessages.lights(out, encoding, lightsShown);
          });
    }
  }

  private void announcePointer() {
    PointerShape shape = screen.pointer();
    int encoding = client.cursorEncoding();
    if (shape != pointerShown && encoding != ClientCapabilities.UNSET) {
      pointerShown = shape;
      announcements.put(Kind.POINTER_SHAPE, out -> builder.pointer(shape, encoding, out));
    }
  }

  private void announceSize(int reason, int status) {
    if (client.has(Encoding.EXTENDED_DESKTOP_SIZE)) {
      announcements.put(
          Kind.SIZE,
          out ->
              ServerMessages.extendedDesktopSize(
                  out, reason, status, picture.width(), picture.height()));
    } else if (client.has(Encoding.DESKTOP_SIZE)) {
      announcements.put(
          Kind.SIZE,
          out -> ServerMessages.rectangleHeader(out, picture.bounds(), Encoding.DESKTOP_SIZE));
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == Desktop.LIGHTS_CHANGED && desktop.keyboard().lights() != lightsShown) {
      announceLights();
      update();
      send();
    }
    context.fireUserEventTriggered(event);
  }

  // ---- what the client does ----

  private void pointer(PointerEvent event) {
    GuestPointer guest = desktop.pointer();
    int x = event.x();
    int y = event.y();
    // Positions may still be on their way when the client has been asked for movements.
    if (announced.contains(Encoding.POINTER_MOTION_CHANGE) && Math.min(x, y) > NO_MOVEMENT / 2) {
      guest.moved(this, event.buttons(), x - NO_MOVEMENT, y - NO_MOVEMENT);
    } else {
      guest.event(this, event.buttons(), x, y, screen.width(), screen.height());
    }
  }

  private void machineAction(XvpRequest request) {
    MachineActions actions = desktop.actions().orElse(null);
    boolean known = request.code() >= XVP_SHUTDOWN && request.code() <= XVP_RESET;
    if (actions == null
        || access != Access.FULL
        || !known
        || request.version() != ServerMessages.XVP_VERSION) {
      ServerMessages.xvp(sink, ServerMessages.XVP_FAIL);
      return;
    }
    String peer = String.valueOf(ctx.channel().remoteAddress()).replaceFirst("^.*/", "");
    LOG.info("VNC viewer {} asks for {}", peer, name(request.code()));
    switch (request.code()) {
      case XVP_SHUTDOWN -> actions.shutdown();
      case XVP_REBOOT -> actions.reboot();
      default -> actions.reset();
    }
  }

  private static String name(int code) {
    return switch (code) {
      case XVP_SHUTDOWN -> "shutdown";
      case XVP_REBOOT -> "a reboot";
      default -> "a reset";
    };
  }

  // ---- updates ----

  private void continuousUpdates(EnableContinuousUpdates message) {
    boolean wasOn = !continuous.isEmpty();
    continuous = message.on() ? message.area() : Area.EMPTY;
    if (wasOn && !message.on()) {
      ServerMessages.endOfContinuousUpdates(sink);
    }
    waiting = isAnythingWanted();
    update();
  }

  private void request(FramebufferUpdateRequest request) {
    Area area = request.area().intersect(picture.bounds());
    if (area.isEmpty()) {
      return;
    }
    wanted = wanted.enclose(area);
    if (!request.incremental()) {
      owed = owed.enclose(area);
      if (client.has(Encoding.EXTENDED_DESKTOP_SIZE) && !announcements.has(Kind.SIZE)) {
        announceSize(REASON_SERVER, STATUS_OK);
      }
    }
    waiting = true;
    update();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    update();
    send();
    context.fireChannelWritabilityChanged();
  }

  /** Painting thread: only arranges for a look. */
  private void onPainted() {
    if (waiting && updateScheduled.compareAndSet(false, true)) {
      try {
        ctx.executor().execute(this::scheduledUpdate);
      } catch (RejectedExecutionException e) {
        // The server is closing, and this connection with it.
        waiting = false;
      }
    }
  }

  private void scheduledUpdate() {
    updateScheduled.set(false);
    update();
    send();
  }

  private void update() {
    if (client.followsSize() && isReady() && resized()) {
      announceSize(REASON_SERVER, STATUS_OK);
    }
    announcePointer();
    if (!announcements.isEmpty() && isReady()) {
      builder.colourMap(sink);
      announcements.take(sink);
      answered();
    }
    if (!isReady() || owed.isEmpty() && damage.isEmpty()) {
      return;
    }
    Area interest = interest();
    screen.read(p -> picture.capture(p, damage, interest));
    Area owedNow = owed.intersect(interest);
    Scroll scroll = null;
    if (owed.isEmpty() && client.has(Encoding.COPY_RECT)) {
      scroll = picture.takeScroll();
    }
    List<Area> areas = picture.takeChanges(owedNow);
    if (scroll == null && areas.isEmpty()) {
      return;
    }
    if (owedNow.equals(owed)) {
      owed = Area.EMPTY;
    }
    // What has been noted so far goes first.
    send();
    builder.update(picture, scroll, areas, this::write);
    answered();
    send();
    ctx.flush();
    refineLater();
  }

  private void refineLater() {
    if (refinement != null) {
      refinement.cancel(false);
      refinement = null;
    }
    if (!picture.lossy().isEmpty()) {
      refinement = ctx.executor().schedule(this::refine, REFINE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** The screen has been at rest for a while. */
  private void refine() {
    if (isReady() && owed.isEmpty() && damage.isEmpty() && announcements.isEmpty()) {
      List<Area> areas = picture.lossy().take(interest(), REFINE_PIXELS);
      if (!areas.isEmpty()) {
        send();
        builder.exactly(picture, areas, this::write);
        answered();
        send();
        ctx.flush();
      }
    }
    refineLater();
  }

  /** Whether the client wants an update and the way to it is clear. */
  private boolean isReady() {
    boolean unasked = wanted.isEmpty();
    return !interest().isEmpty()
        && ctx.channel().isWritable()
        && !(unasked && fences.isClientBehind());
  }

  private Area interest() {
    return wanted.enclose(continuous.intersect(picture.bounds()));
  }

  private boolean isAnythingWanted() {
    return !wanted.isEmpty() || !continuous.isEmpty();
  }

  /**
   * Whether the screen has a size the client has not been told of; starts over with that size then.
   */
  private boolean resized() {
    if (!damage.isResized()) {
      return false;
    }
    int[] size = new int[2];
    screen.read(p -> {
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
    if (!continuous.isEmpty() && client.has(Encoding.FENCE)) {
      fences.updateSent(sink);
    }
    wanted = Area.EMPTY;
    waiting = isAnythingWanted();
  }

  /** Sends what has been noted in the sink. */
  private void send() {
    if (sink.length() > 0) {
      write(sink);
      sink.truncate(0);
      ctx.flush();
    }
  }

  private void write(ByteSink part) {
    ctx.write(ctx.alloc().buffer(part.length()).writeBytes(part.array(), 0, part.length()));
  }
}
