package io.transvisor.bt.region;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * What a run found hot, for the next run of the same guest. It says nothing about what the code
 * does: a region is built from the guest's bytes, and only where they are the same.
 *
 * @param entries the hottest first
 */
public record RegionProfile(List<Entry> entries) {
  /** Nothing known. */
  public static final RegionProfile EMPTY = new RegionProfile(List.of());

  /** Most regions that are kept. */
  public static final int MAX_ENTRIES = 8_000;

  private static final byte[] MAGIC = "TVPROFIL".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int MAX_BLOCKS = 1 << 12;

  /** The magic, the version, and the checksum at the end. */
  private static final int FRAME = MAGIC.length + 8;

  /**
   * One region.
   *
   * @param hash CRC-32C of its bytes
   * @param firstBytes see {@link RegionShape#firstBytes}
   * @param linear address of its base where it was built last
   * @param heat instructions retired in it
   */
  public record Entry(RegionShape shape, int hash, int firstBytes, int linear, long heat) {}

  /** A profile that is damaged, or of another version. */
  public static final class FormatException extends IOException {
    private static final long serialVersionUID = 1L;

    FormatException(String message) {
      super(message);
    }
  }

  /** The file's bytes: magic, version, entries in variable-length numbers, CRC-32C of all that. */
  public byte[] encode() {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.write(MAGIC);
      out.writeInt(VERSION);
      writeNumber(out, entries.size());
      for (Entry e : entries) {
        write(out, e);
      }
      out.writeInt(crc(bytes.toByteArray(), bytes.size()));
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @throws FormatException if these are not the bytes of a profile of this version
   */
  public static RegionProfile decode(byte[] bytes) throws FormatException {
    if (bytes.length < FRAME || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new FormatException("not a profile");
    }
    if (ByteBuffer.wrap(bytes).getInt(MAGIC.length) != VERSION) {
      throw new FormatException("a profile of another version");
    }
    int end = bytes.length - 4;
    if (ByteBuffer.wrap(bytes).getInt(end) != crc(bytes, end)) {
      throw new FormatException("damaged");
    }
    int begin = MAGIC.length + 4;
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, begin, end - begin));
      int count = readNumber(in, MAX_ENTRIES);
      List<Entry> entries = new ArrayList<>(count);
      for (int n = 0; n < count; n++) {
        entries.add(read(in));
      }
      return new RegionProfile(List.copyOf(entries));
    } catch (EOFException e) {
      throw new FormatException("damaged");
    } catch (FormatException e) {
      throw e;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private static void write(DataOutputStream out, Entry e) throws IOException {
    RegionShape s = e.shape;
    out.writeByte(s.mode());
    out.writeShort(s.inPage());
    out.writeInt(e.hash);
    out.writeInt(e.firstBytes);
    out.writeInt(e.linear);
    out.writeLong(e.heat);
    writeOffsets(out, s.blocks());
    writeOffsets(out, s.returnPoints());
    writeOffsets(out, s.slow());
    writeNumber(out, s.observed().size());
    for (Map.Entry<Integer, int[]> branch : s.observed().entrySet()) {
      writeNumber(out, branch.getKey() << 1 ^ branch.getKey() >> 31);
      writeOffsets(out, branch.getValue());
    }
  }

  private static Entry read(DataInputStream in) throws IOException {
    int mode = in.readUnsignedByte();
    int inPage = in.readUnsignedShort();
    int hash = in.readInt();
    int firstBytes = in.readInt();
    int linear = in.readInt();
    long heat = in.readLong();
    int[] blocks = readOffsets(in);
    int[] returnPoints = readOffsets(in);
    int[] slow = readOffsets(in);
    int branches = readNumber(in, MAX_BLOCKS);
    Map<Integer, int[]> observed = new TreeMap<>();
    for (int n = 0; n < branches; n++) {
      int coded = readNumber(in, -1);
      observed.put(coded >>> 1 ^ -(coded & 1), readOffsets(in));
    }
    check(inPage, blocks);
    RegionShape shape = new RegionShape(mode, inPage, blocks, returnPoints, observed, slow);
    return new Entry(shape, hash, firstBytes, linear, heat);
  }

  /** What code that builds regions relies on. */
  private static void check(int inPage, int[] blocks) throws FormatException {
    boolean base = false;
    for (int n = 0; n + 1 < blocks.length; n += 2) {
      base |= blocks[n] == 0;
      if (blocks[n + 1] <= blocks[n] || blocks[n + 1] - blocks[n] > RegionShape.MAX_BLOCK_BYTES) {
        throw new FormatException("damaged");
      }
    }
    if (!base || inPage > 0xFFF || (blocks.length & 1) != 0) {
      throw new FormatException("damaged");
    }
  }

  /** Each as the difference from the one before. */
  private static void writeOffsets(DataOutputStream out, int[] offsets) throws IOException {
    writeNumber(out, offsets.length);
    int before = 0;
    for (int offset : offsets) {
      int difference = offset - before;
      writeNumber(out, difference << 1 ^ difference >> 31);
      before = offset;
    }
  }

  private static int[] readOffsets(DataInputStream in) throws IOException {
    int[] offsets = new int[readNumber(in, MAX_BLOCKS)];
    int before = 0;
    for (int n = 0; n < offsets.length; n++) {
      int coded = readNumber(in, -1);
      before += coded >>> 1 ^ -(coded & 1);
      offsets[n] = before;
    }
    return offsets;
  }

  /** Seven bits a byte, the low ones first. */
  private static void writeNumber(DataOutputStream out, int number) throws IOException {
    int rest = number;
    while ((rest & ~0x7F) != 0) {
      out.writeByte(rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  /**
   * @param limit the greatest value that makes sense, unsigned
   */
  private static int readNumber(DataInputStream in, int limit) throws IOException {
    int number = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int next = in.readUnsignedByte();
      number |= (next & 0x7F) << shift;
      if ((next & 0x80) == 0) {
        if (Integer.compareUnsigned(number, limit) > 0) {
          break;
        }
        return number;
      }
    }
    throw new FormatException("damaged");
  }
}
