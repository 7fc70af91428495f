package io.transvisor.device.rtc;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Date and time in the registers of a MC146818: BCD or binary, 12 or 24 hours (datasheet, "Time,
 * Calendar and Alarm Locations").
 */
final class RtcTime {
  static final int SECONDS = 0x00;
  static final int SECONDS_ALARM = 0x01;
  static final int MINUTES = 0x02;
  static final int MINUTES_ALARM = 0x03;
  static final int HOURS = 0x04;
  static final int HOURS_ALARM = 0x05;
  static final int DAY_OF_WEEK = 0x06;
  static final int DAY_OF_MONTH = 0x07;
  static final int MONTH = 0x08;
  static final int YEAR = 0x09;

  /**
   * Where PC firmware keeps the century; kept by the chip itself here, as PC guests expect it
   * right.
   */
  static final int CENTURY = 0x32;

  private static final int SECONDS_PER_DAY = 86_400;
  private static final int PM = 0x80;

  /** Alarm bytes from this value on match everything. */
  private static final int DO_NOT_CARE = 0xC0;

  private RtcTime() {}

  /** Writes a time into the registers in the format register B asks for. */
  static void toRegisters(long seconds, byte[] cmos, boolean binary, boolean hours24) {
    LocalDateTime t = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
    cmos[SECONDS] = encode(t.getSecond(), binary);
    cmos[MINUTES] = encode(t.getMinute(), binary);
    if (hours24) {
      cmos[HOURS] = encode(t.getHour(), binary);
    } else {
      int hour = t.getHour() % 12 == 0 ? 12 : t.getHour() % 12;
      cmos[HOURS] = (byte) (encode(hour, binary) | (t.getHour() >= 12 ? PM : 0));
    }
    cmos[DAY_OF_WEEK] = encode(t.getDayOfWeek().getValue() % 7 + 1, binary);
    cmos[DAY_OF_MONTH] = encode(t.getDayOfMonth(), binary);
    cmos[MONTH] = encode(t.getMonthValue(), binary);
    cmos[YEAR] = encode(t.getYear() % 100, binary);
    cmos[CENTURY] = encode(t.getYear() / 100, binary);
  }

  /**
   * The time in the registers; a date that does not exist runs over into the next month, as the
   * chip would count on.
   */
  static long fromRegisters(byte[] cmos, boolean binary, boolean hours24) {
    int year = decode(cmos[CENTURY], binary) * 100 + decode(cmos[YEAR], binary);
    int month = Math.clamp(decode(cmos[MONTH], binary), 1, 12);
    long days = LocalDate.of(year, month, 1).toEpochDay() + decode(cmos[DAY_OF_MONTH], binary) - 1;
    return days * SECONDS_PER_DAY
        + hour(cmos[HOURS], binary, hours24) * 3600L
        + decode(cmos[MINUTES], binary) * 60L
        + decode(cmos[SECONDS], binary);
  }

  /**
   * The first time after {@code seconds} that matches the alarm registers, or {@code
   * Long.MAX_VALUE} if none does.
   */
  static long nextAlarm(long seconds, byte[] cmos, boolean binary, boolean hours24) {
    boolean anySecond = (cmos[SECONDS_ALARM] & 0xFF) >= DO_NOT_CARE;
    boolean anyMinute = (cmos[MINUTES_ALARM] & 0xFF) >= DO_NOT_CARE;
    boolean anyHour = (cmos[HOURS_ALARM] & 0xFF) >= DO_NOT_CARE;
    int second = decode(cmos[SECONDS_ALARM], binary);
    int minute = decode(cmos[MINUTES_ALARM], binary);
    int hour = hour(cmos[HOURS_ALARM], binary, hours24);
    long t = seconds + 1;
    long end = seconds + SECONDS_PER_DAY;
    while (t <= end) {
      int ofDay = (int) Math.floorMod(t, (long) SECONDS_PER_DAY);
      if (!anyHour && ofDay / 3600 != hour) {
        t += 3600 - ofDay % 3600;
      } else if (!anyMinute && ofDay / 60 % 60 != minute) {
        t += 60 - ofDay % 60;
      } else if (!anySecond && ofDay % 60 != second) {
        t++;
      } else {
        return t;
      }
    }
    return Long.MAX_VALUE;
  }

  private static int hour(byte register, boolean binary, boolean hours24) {
    if (hours24) {
      return decode(register, binary);
    }
    int hour = decode((byte) (register & ~PM), binary) % 12;
    return (register & PM) != 0 ? hour + 12 : hour;
  }

  private static byte encode(int value, boolean binary) {
    return (byte) (binary ? value : value / 10 << 4 | value % 10);
  }

  private static int decode(byte register, boolean binary) {
    int value = register & 0xFF;
    return binary ? value : (value >>> 4) * 10 + (value & 15);
  }
}
