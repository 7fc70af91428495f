package io.transvisor.console.rfb.encode;

import java.util.Arrays;

/** A growing byte array that encoders append to; big-endian, as all of RFB but pixels. */
public final class ByteSink {
  private byte[] bytes = new byte[4096];
  private int length;

  public int length() {
    return length;
  }

  /** The bytes so far, valid up to {@link #length()} and until the next append. */
  public byte[] array() {
    return bytes;
  }

  /** Drops everything after this length. */
  public void truncate(int newLength) {
    length = newLength;
  }

  public ByteSink u8(int value) {
    reserve(1);
    bytes[length++] = (byte) value;
    return this;
  }

  public ByteSink u16(int value) {
    reserve(2);
    bytes[length++] = (byte) (value >> 8);
    bytes[length++] = (byte) value;
    return this;
  }

  public ByteSink u32(int value) {
    return u16(value >>> 16).u16(value);
  }

  public ByteSink bytes(byte[] source) {
    return bytes(source, source.length);
  }

  /** Appends the first {@code count} bytes. */
  public ByteSink bytes(byte[] source, int count) {
    reserve(count);
    System.arraycopy(source, 0, bytes, length, count);
    length += count;
    return this;
  }

  /** Overwrites a byte written before. */
  public void setU8(int at, int value) {
    bytes[at] = (byte) value;
  }

  /** Overwrites four bytes written before. */
  public void setU32(int at, int value) {
    bytes[at] = (byte) (value >> 24);
    bytes[at + 1] = (byte) (value >> 16);
    bytes[at + 2] = (byte) (value >> 8);
    bytes[at + 3] = (byte) value;
  }

  /** Makes room, so that {@link #array()} can be written directly before {@link #advance}. */
  public void reserve(int count) {
    if (bytes.length - length < count) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
  }

  /** Takes this many bytes, written directly behind {@link #length()}, as appended. */
  public void advance(int count) {
    length += count;
  }
}
