package io.transvisor.device.rtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.error.VmmException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RtcBaseTest {
  private static final Instant NOW = Instant.parse("2003-06-17T16:01:21.25Z");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @ParameterizedTest
  @CsvSource({
    "utc, 2003-06-17T16:01:21",
    "localtime, 2003-06-17T18:01:21",
    "2006-06-17, 2006-06-17T00:00:00",
    "2006-06-17T16:01:21, 2006-06-17T16:01:21"
  })
  void parsesWhatTheOptionAllows(String option, String shown) {
    RtcBase base = RtcBase.parse(option, NOW, BERLIN);
    assertThat(LocalDateTime.ofEpochSecond(base.shownSeconds(), 0, ZoneOffset.UTC))
        .isEqualTo(LocalDateTime.parse(shown));
  }

  @Test
  void keepsTheFractionOfTheSecond() {
    assertThat(RtcBase.utc(NOW).nanoOfSecond()).isEqualTo(250_000_000);
  }

  @Test
  void refusesAnythingElse() {
    assertThatThrownBy(() -> RtcBase.parse("yesterday", NOW, BERLIN))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("-rtc base=yesterday");
  }
}
