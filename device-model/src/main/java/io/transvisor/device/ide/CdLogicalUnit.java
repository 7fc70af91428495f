package io.transvisor.device.ide;

import static io.transvisor.device.ide.Sense.INVALID_COMMAND;
import static io.transvisor.device.ide.Sense.INVALID_FIELD_IN_PACKET;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The CD drive behind the packets: MMC-3 commands, sense data and the tray. Knows nothing of ATA
 * registers or DMA; it answers a packet with a {@link PacketResult} and leaves moving the bytes to
 * {@link AtapiCdrom}.
 */
final class CdLogicalUnit {
  private static final int TEST_UNIT_READY = 0x00;
  private static final int REQUEST_SENSE = 0x03;
  private static final int INQUIRY = 0x12;
  private static final int MODE_SELECT_6 = 0x15;
  private static final int MODE_SENSE_6 = 0x1A;
  private static final int START_STOP_UNIT = 0x1B;
  private static final int PREVENT_ALLOW_REMOVAL = 0x1E;
  private static final int READ_CAPACITY = 0x25;
  private static final int READ_10 = 0x28;
  private static final int SEEK_10 = 0x2B;
  private static final int VERIFY_10 = 0x2F;
  private static final int READ_SUB_CHANNEL = 0x42;
  private static final int READ_TOC = 0x43;
  private static final int PLAY_AUDIO_10 = 0x45;
  private static final int GET_CONFIGURATION = 0x46;
  private static final int PLAY_AUDIO_MSF = 0x47;
  private static final int GET_EVENT_STATUS = 0x4A;
  private static final int PAUSE_RESUME = 0x4B;
  private static final int STOP_PLAY_SCAN = 0x4E;
  private static final int READ_DISC_INFORMATION = 0x51;
  private static final int READ_TRACK_INFORMATION = 0x52;
  private static final int MODE_SELECT_10 = 0x55;
  private static final int MODE_SENSE_10 = 0x5A;
  private static final int PLAY_AUDIO_12 = 0xA5;
  private static final int READ_12 = 0xA8;
  private static final int READ_DVD_STRUCTURE = 0xAD;
  private static final int READ_CD_MSF = 0xB9;
  private static final int SET_CD_SPEED = 0xBB;
  private static final int MECHANISM_STATUS = 0xBD;
  private static final int READ_CD = 0xBE;

  /** Class of media events in GET EVENT STATUS NOTIFICATION. */
  private static final int MEDIA_CLASS = 4;

  private static final PacketResult DONE = new PacketResult.Done();

  private final CdTray tray;
  private final CdModePages modePages = new CdModePages();
  private Sense sense = Sense.NONE;

  /** Whether the parameter list being received has the header of MODE SELECT(10). */
  private boolean longHeader;

  CdLogicalUnit(CdTray tray) {
    this.tray = tray;
  }

  void reset() {
    sense = Sense.NONE;
    longHeader = false;
    modePages.reset();
    tray.reset();
  }

  /** The sense data the next REQUEST SENSE will return. */
  Sense sense() {
    return sense;
  }

  /** The command has failed outside of this class, or inside: remembers why. */
  PacketResult fail(Sense why) {
    sense = why;
    return new PacketResult.Failed(why);
  }

  private CdDisc disc() {
    return new CdDisc((int) Math.min(tray.medium().blocks(), Integer.MAX_VALUE));
  }

  // ---- dispatch ----

  /** Executes a packet of 12 bytes. */
  PacketResult execute(byte[] packet) {
    int operation = packet[0] & 0xFF;
    if (!isAllowedInUnitAttention(operation)) {
      Sense condition = tray.nextCondition();
      if (condition != null) {
        return fail(condition);
      }
    }
    if (operation == REQUEST_SENSE) {
      return requestSense(packet);
    }
    sense = Sense.NONE;
    if (needsMedium(operation) && !tray.isReady()) {
      return fail(tray.isOpen() ? Sense.NO_MEDIUM_TRAY_OPEN : Sense.NO_MEDIUM_TRAY_CLOSED);
    }
    return switch (operation) {
      case READ_10 -> read(word(packet, 7), dword(packet, 2));
      case READ_12 -> read(dword(packet, 6), dword(packet, 2));
      case TEST_UNIT_READY, SET_CD_SPEED, STOP_PLAY_SCAN -> DONE;
      case INQUIRY -> inquiry(packet);
      case MODE_SENSE_6, MODE_SENSE_10 -> modeSense(packet);
      case MODE_SELECT_6 -> modeSelect(packet, false, packet[4] & 0xFF);
      case MODE_SELECT_10 -> modeSelect(packet, true, word(packet, 7));
      case START_STOP_UNIT -> startStop(packet[4]);
      case PREVENT_ALLOW_REMOVAL -> preventRemoval(packet[4]);
      case READ_CAPACITY -> readCapacity();
      case SEEK_10, VERIFY_10 -> seek(dword(packet, 2));
      case READ_SUB_CHANNEL -> readSubChannel(packet);
      case READ_TOC -> readToc(packet);
      case GET_CONFIGURATION -> getConfiguration(packet);
      case GET_EVENT_STATUS -> getEventStatus(packet);
      case PLAY_AUDIO_10, PLAY_AUDIO_MSF, PLAY_AUDIO_12, PAUSE_RESUME ->
          fail(Sense.ILLEGAL_MODE_FOR_TRACK);
      case READ_DISC_INFORMATION -> reply(disc().discInformation(), word(packet, 7));
      case READ_TRACK_INFORMATION -> readTrackInformation(packet);
      case READ_DVD_STRUCTURE -> readDvdStructure(packet);
      case READ_CD -> readCd(packet, dword(packet, 2), word(packet, 7) | (packet[6] & 0xFF) << 16);
      case READ_CD_MSF -> readCdMsf(packet);
      case MECHANISM_STATUS -> mechanismStatus(packet);
      default -> fail(INVALID_COMMAND);
    };
  }

  private static boolean isAllowedInUnitAttention(int operation) {
    return switch (operation) {
      case INQUIRY, REQUEST_SENSE, GET_CONFIGURATION, GET_EVENT_STATUS -> true;
      default -> false;
    };
  }

  private static boolean needsMedium(int operation) {
    return switch (operation) {
      case TEST_UNIT_READY,
          READ_CAPACITY,
          READ_10,
          READ_12,
          SEEK_10,
          VERIFY_10,
          READ_SUB_CHANNEL,
          READ_TOC,
          PLAY_AUDIO_10,
          PLAY_AUDIO_MSF,
          PLAY_AUDIO_12,
          PAUSE_RESUME,
          READ_DISC_INFORMATION,
          READ_TRACK_INFORMATION,
          READ_DVD_STRUCTURE,
          READ_CD,
          READ_CD_MSF ->
          true;
      default -> false;
    };
  }

  private static int word(byte[] packet, int at) {
    return (packet[at] & 0xFF) << 8 | packet[at + 1] & 0xFF;
  }

  private static int dword(byte[] packet, int at) {
    return word(packet, at) << 16 | word(packet, at + 2);
  }

  /** Bit 1 of byte 1: addresses as minute, second, frame. */
  private static boolean msf(byte[] packet) {
    return (packet[1] & 2) != 0;
  }

  private static PacketResult reply(byte[] data, int allocation) {
    if (allocation == 0) {
      return DONE;
    }
    return new PacketResult.Reply(
        data.length > allocation ? Arrays.copyOf(data, allocation) : data);
  }

  private PacketResult replyOrRefuse(byte[] data, int allocation) {
    return data == null ? fail(INVALID_FIELD_IN_PACKET) : reply(data, allocation);
  }

  // ---- status ----

  private PacketResult requestSense(byte[] packet) {
    Sense report = sense;
    Sense waiting = tray.peekCondition();
    if (report == Sense.NONE && waiting != null && waiting.isUnitAttention()) {
      report = tray.nextCondition();
    }
    sense = Sense.NONE;
    byte[] data = new byte[18];
    data[0] = (byte) 0xF0;
    data[2] = (byte) report.key();
    data[7] = 10;
    data[12] = (byte) report.code();
    data[13] = (byte) report.qualifier();
    return reply(data, packet[4] & 0xFF);
  }

  private PacketResult inquiry(byte[] packet) {
    if ((packet[1] & 1) != 0 || packet[2] != 0) {
      return fail(INVALID_FIELD_IN_PACKET);
    }
    byte[] data = new byte[36];
    // CD device, removable, no standard claimed, response format of ATAPI.
    data[0] = 5;
    data[1] = (byte) 0x80;
    data[3] = 0x21;
    data[4] = (byte) (data.length - 5);
    putText(data, 8, 8, "TRANSVSR");
    putText(data, 16, 16, AtapiCdrom.MODEL);
    putText(data, 32, 4, IdentifyData.FIRMWARE);
    return reply(data, word(packet, 3));
  }

  private static void putText(byte[] data, int at, int length, String text) {
    Arrays.fill(data, at, at + length, (byte) ' ');
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(ascii, 0, data, at, Math.min(length, ascii.length));
  }

  private PacketResult getConfiguration(byte[] packet) {
    int requestType = packet[1] & 3;
    if (requestType == 3) {
      return fail(INVALID_FIELD_IN_PACKET);
    }
    CdDisc disc = tray.isReady() ? disc() : null;
    return reply(CdFeatures.response(disc, requestType, word(packet, 2)), word(packet, 7));
  }

  /** Polled only: an ATAPI device cannot speak up by itself. */
  private PacketResult getEventStatus(byte[] packet) {
    if ((packet[1] & 1) == 0) {
      return fail(INVALID_FIELD_IN_PACKET);
    }
    int supported = 1 << MEDIA_CLASS;
    if ((packet[4] & supported) == 0) {
      // No event available of the classes asked for.
      return reply(new byte[] {0, 2, (byte) 0x80, (byte) supported}, word(packet, 7));
    }
    int status = (tray.isOpen() ? 1 : 0) | (tray.isReady() ? 2 : 0);
    int code = tray.nextEvent();
    byte[] data = {0, 6, MEDIA_CLASS, (byte) supported, (byte) code, (byte) status, 0, 0};
    return reply(data, word(packet, 7));
  }

  private PacketResult mechanismStatus(byte[] packet) {
    // No changer: no slots; bit 4 is the open door.
    byte[] data = new byte[8];
    data[1] = (byte) (tray.isOpen() ? 0x10 : 0);
    data[5] = 1;
    return reply(data, word(packet, 8));
  }

  // ---- mode pages ----

  private PacketResult modeSense(byte[] packet) {
    boolean isLong = (packet[0] & 0xFF) == MODE_SENSE_10;
    int control = packet[2] >> 6 & 3;
    if (control == CdModePages.SAVED_VALUES) {
      return fail(Sense.SAVING_NOT_SUPPORTED);
    }
    byte[] pages = modePages.sense(packet[2] & 0x3F, control, tray.isLocked());
    if (pages == null) {
      return fail(INVALID_FIELD_IN_PACKET);
    }
    int header = isLong ? 8 : 4;
    ByteBuffer b = ByteBuffer.allocate(header + pages.length);
    if (isLong) {
      b.putShort((short) (b.capacity() - 2));
    } else {
      b.put((byte) (b.capacity() - 1));
    }
    b.put((byte) mediumType()).put(header, pages);
    return reply(b.array(), isLong ? word(packet, 7) : packet[4] & 0xFF);
  }

  /**
   * Medium type codes of ATAPI CD drives (SFF-8020i, 10.8.6): door open, no disc, 120 mm data disc.
   */
  private int mediumType() {
    return tray.isOpen() ? 0x71 : tray.isReady() ? 0x01 : 0x70;
  }

  private PacketResult modeSelect(byte[] packet, boolean isLong, int length) {
    if ((packet[1] & 1) != 0) {
      return fail(INVALID_FIELD_IN_PACKET);
    }
    longHeader = isLong;
    return length == 0 ? DONE : new PacketResult.ParameterList(length);
  }

  /** The parameter list asked for has arrived. */
  PacketResult receive(byte[] list) {
    int header = longHeader ? 8 : 4;
    if (list.length < header) {
      return fail(Sense.PARAMETER_LIST_LENGTH);
    }
    int descriptors = longHeader ? word(list, 6) : list[3] & 0xFF;
    if (header + descriptors > list.length) {
      return fail(Sense.PARAMETER_LIST_LENGTH);
    }
    Sense problem = modePages.select(list, header + descriptors);
    return problem == null ? DONE : fail(problem);
  }

  // ---- tray ----

  private PacketResult startStop(int operation) {
    boolean start = (operation & 1) != 0;
    boolean moveTray = (operation & 2) != 0;
    boolean powerCondition = (operation & 0xF0) != 0;
    if (powerCondition || !moveTray) {
      return DONE;
    }
    if (start) {
      tray.closeTray();
    } else if (tray.isLocked() && !tray.isOpen()) {
      return fail(Sense.REMOVAL_PREVENTED);
    } else {
      tray.openTray();
    }
    return DONE;
  }

  private PacketResult preventRemoval(int operation) {
    tray.setLocked((operation & 1) != 0);
    return DONE;
  }

  // ---- reading ----

  private PacketResult readCapacity() {
    ByteBuffer b = ByteBuffer.allocate(8).putInt(disc().blocks() - 1).putInt(2048);
    return new PacketResult.Reply(b.array());
  }

  private PacketResult seek(int lba) {
    boolean inside = Integer.compareUnsigned(lba, disc().blocks()) < 0;
    return inside ? DONE : fail(Sense.ADDRESS_OUT_OF_RANGE);
  }

  private PacketResult read(int count, int lba) {
    return blocks(lba, count, RawBlock.USER_DATA);
  }

  private PacketResult blocks(int lba, int count, int parts) {
    if (count == 0) {
      return DONE;
    }
    int blocks = disc().blocks();
    if (lba < 0 || lba >= blocks || count < 0 || count > blocks - lba) {
      return fail(Sense.ADDRESS_OUT_OF_RANGE);
    }
    return new PacketResult.Blocks(lba, count, parts);
  }

  private PacketResult readCd(byte[] packet, int lba, int count) {
    int expectedType = packet[1] >> 2 & 7;
    int parts = packet[9] & 0xFF;
    if (expectedType != 0 && expectedType != 2) {
      return fail(Sense.ILLEGAL_MODE_FOR_TRACK);
    }
    boolean errorFlags = (parts & 0x06) != 0;
    boolean subChannels = (packet[10] & 7) != 0;
    if (errorFlags || subChannels) {
      return fail(INVALID_FIELD_IN_PACKET);
    }
    // With nothing selected the command is a seek.
    return RawBlock.size(parts) == 0 ? seekTo(lba, count) : blocks(lba, count, parts);
  }

  private PacketResult seekTo(int lba, int count) {
    return count == 0 ? DONE : seek(lba);
  }

  private PacketResult readCdMsf(byte[] packet) {
    int first = RawBlock.lba(packet[3] & 0xFF, packet[4] & 0xFF, packet[5] & 0xFF);
    int end = RawBlock.lba(packet[6] & 0xFF, packet[7] & 0xFF, packet[8] & 0xFF);
    return end < first ? fail(INVALID_FIELD_IN_PACKET) : readCd(packet, first, end - first);
  }

  // ---- information ----

  private PacketResult readToc(byte[] packet) {
    // The format moved from the last byte to byte 2; old drivers still put it there.
    int format = packet[2] & 0x0F;
    if (format == 0) {
      format = packet[9] >> 6 & 3;
    }
    boolean msf = msf(packet);
    byte[] toc =
        switch (format) {
          case 0 -> disc().toc(packet[6] & 0xFF, msf);
          case 1 -> disc().sessionInfo(msf);
          case 2 -> disc().fullToc(msf);
          default -> null;
        };
    return replyOrRefuse(toc, word(packet, 7));
  }

  private PacketResult readSubChannel(byte[] packet) {
    boolean wantQ = (packet[2] & 0x40) != 0;
    byte[] data = CdDisc.subChannel(packet[3] & 0xFF, wantQ, msf(packet));
    return replyOrRefuse(data, word(packet, 7));
  }

  private PacketResult readTrackInformation(byte[] packet) {
    int number = dword(packet, 2);
    boolean known =
        switch (packet[1] & 3) {
          // By block, by track, by session.
          case 0 -> Integer.compareUnsigned(number, disc().blocks()) < 0;
          case 1, 2 -> number == 1;
          default -> false;
        };
    return replyOrRefuse(known ? disc().trackInformation() : null, word(packet, 7));
  }

  private PacketResult readDvdStructure(byte[] packet) {
    if (!disc().isDvd() || packet[6] != 0) {
      return fail(INVALID_FIELD_IN_PACKET);
    }
    return replyOrRefuse(disc().dvdStructure(packet[7] & 0xFF), word(packet, 8));
  }

  // ---- saved state ----

  void save(StateWriter out, String prefix) {
    out.putInts(prefix + "unit", new int[] {sense.toInt(), longHeader ? 1 : 0});
    modePages.save(out, prefix);
    tray.save(out, prefix);
  }

  void load(StateReader in, String prefix) {
    int[] all = in.getInts(prefix + "unit");
    Sense saved = Sense.fromInt(all[0]);
    sense = saved.equals(Sense.NONE) ? Sense.NONE : saved;
    longHeader = all[1] != 0;
    modePages.load(in, prefix);
    tray.load(in, prefix);
  }
}
