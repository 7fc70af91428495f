package io.transvisor.device.rtc;

import io.transvisor.core.error.VmmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;

/**
 * What the real-time clock shows at power-on.
 *
 * @param start the moment of power-on
 * @param offset what the guest's clock is ahead of UTC
 */
public record RtcBase(Instant start, ZoneOffset offset) {
  /** The clock runs in UTC, as Unix guests expect. */
  public static RtcBase utc(Instant now) {
    return new RtcBase(now, ZoneOffset.UTC);
  }

  /** The clock runs in local time, as DOS and Windows guests expect. */
  public static RtcBase localTime(Instant now, ZoneId zone) {
    return new RtcBase(now, zone.getRules().getOffset(now));
  }

  /** The clock starts with a given date and time, whatever the host says. */
  public static RtcBase date(LocalDateTime shown) {
    return new RtcBase(shown.toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
  }

  /**
   * The value of {@code -rtc base=}: {@code utc}, {@code localtime}, a date ({@code 2003-06-17}) or
   * a date and time ({@code 2003-06-17T16:01:21}).
   *
   * @throws VmmException if it is none of these
   */
  public static RtcBase parse(String value, Instant now, ZoneId zone) {
    return switch (value) {
      case "utc" -> utc(now);
      case "localtime" -> localTime(now, zone);
      default -> {
        try {
          yield date(
              value.contains("T")
                  ? LocalDateTime.parse(value)
                  : LocalDate.parse(value).atStartOfDay());
        } catch (DateTimeParseException e) {
          throw new VmmException(
              "-rtc base=" + value + ": not utc, localtime, or a date like 2003-06-17T16:01:21", e);
        }
      }
    };
  }

  /** Seconds since 1970-01-01T00:00 on the guest's clock. */
  long shownSeconds() {
    return start.getEpochSecond() + offset.getTotalSeconds();
  }

  /** Nanoseconds into the second at power-on. */
  int nanoOfSecond() {
    return start.getNano();
  }
}
