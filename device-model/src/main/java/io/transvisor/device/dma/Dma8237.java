package io.transvisor.device.dma;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;
import java.util.function.IntConsumer;

/**
 * The DMA of a PC: channels 0 to 3 move bytes (ports 00h-0Fh), 5 to 7 words (C0h-DFh), channel 4
 * cascades the first controller; page registers at 80h-8Fh (82371 datasheet, 2.5.1 and 2.5.2). A
 * write to port 80h is also the POST code of the firmware.
 *
 * <p>Transfers run as an event of their own, never inside the port access or {@link #request} call
 * that made them possible.
 */
public final class Dma8237 implements Device {
  private static final int BYTE_PORT = 0x00;
  private static final int WORD_PORT = 0xC0;
  private static final int PAGE_PORT = 0x80;
  private static final int POST_REGISTER = 0;
  private static final int CASCADE_MODE = 0xC0;

  /**
   * Page register, as an offset from port 80h, of each channel; that of channel 4 gave the refresh
   * its page.
   */
  private static final int[] PAGE_REGISTER = {0x7, 0x3, 0x1, 0x2, 0xF, 0xB, 0x9, 0xA};

  private final DmaController bytes;
  private final DmaController words;
  private final Timer service;
  private final byte[] pages = new byte[16];
  private final IntConsumer postCode;

  /**
   * @param postCode told each byte written to port 80h
   */
  public Dma8237(EventQueue events, PortSpace ports, PhysicalMemory memory, IntConsumer postCode) {
    this.postCode = postCode;
    bytes = new DmaController(memory, 0);
    words = new DmaController(memory, 1);
    service = events.timer("dma", this::serviceAll);
    ports.register(name(), BYTE_PORT, 16, 1, registers(bytes, 0));
    ports.register(name(), WORD_PORT, 32, 1, registers(words, 1));
    ports.register(name() + "-pages", PAGE_PORT, 16, 1, new Pages());
  }

  private DmaChannel channel(int number) {
    return (number < 4 ? bytes : words).channels[number & 3];
  }

  /**
   * Puts a device at a channel.
   *
   * @param channel 0 to 7 except 4, which is the cascade
   */
  public void connect(int channel, DmaChannelDevice device) {
    if (channel < 0 || channel > 7 || channel == 4) {
      throw new IllegalArgumentException("no device can be at DMA channel " + channel);
    }
    channel(channel).device = device;
  }

  /** Sets a channel's DREQ wire. */
  public void request(int channel, boolean dreq) {
    channel(channel).requested = dreq;
    serviceIfWanted();
  }

  /** Whether the guest has reached a channel's mask bit, for devices that report it. */
  public boolean isMasked(int channel) {
    return channel(channel).masked;
  }

  private void serviceIfWanted() {
    if (!service.isScheduled() && (bytes.hasWork() || words.hasWork())) {
      service.scheduleIn(0);
    }
  }

  private void serviceAll() {
    bytes.service();
    words.service();
  }

  // ---- Device ----

  @Override
  public String name() {
    return "dma";
  }

  @Override
  public void reset(ResetKind kind) {
    service.cancel();
    bytes.reset();
    words.reset();
    words.channels[0].mode = CASCADE_MODE;
    for (int offset = 0; offset < pages.length; offset++) {
      setPage(offset, 0);
    }
  }

  @Override
  public void save(StateWriter out) {
    out.putInts("bytes", bytes.save());
    out.putInts("words", words.save());
    for (int i = 0; i < 8; i++) {
      out.putInts("channel" + i, channel(i).save());
    }
    out.putBytes("pages", pages);
  }

  @Override
  public void load(StateReader in) {
    bytes.load(in.getInts("bytes"));
    words.load(in.getInts("words"));
    for (int i = 0; i < 8; i++) {
      channel(i).load(in.getInts("channel" + i));
    }
    System.arraycopy(in.getBytes("pages"), 0, pages, 0, pages.length);
    service.cancel();
    serviceIfWanted();
  }

  // ---- ports ----

  private PortHandler registers(DmaController controller, int shift) {
    return new PortHandler() {
      @Override
      public int read(int offset, int width) {
        return controller.read(offset >>> shift);
      }

      @Override
      public int peek(int offset, int width) {
        return controller.peek(offset >>> shift);
      }

      @Override
      public void write(int offset, int width, int value) {
        controller.write(offset >>> shift, value);
        serviceIfWanted();
      }
    };
  }

  private void setPage(int offset, int value) {
    pages[offset] = (byte) value;
    for (int i = 0; i < PAGE_REGISTER.length; i++) {
      if (PAGE_REGISTER[i] == offset) {
        channel(i).page = value;
      }
    }
  }

  private final class Pages implements PortHandler {
    @Override
    public int read(int offset, int width) {
      return pages[offset] & 0xFF;
    }

    @Override
    public int peek(int offset, int width) {
      return pages[offset] & 0xFF;
    }

    @Override
    public void write(int offset, int width, int value) {
      setPage(offset, value);
      if (offset == POST_REGISTER) {
        postCode.accept(value);
      }
    }
  }
}
