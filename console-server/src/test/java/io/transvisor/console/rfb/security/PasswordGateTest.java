package io.transvisor.console.rfb.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.error.VmmException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PasswordGateTest {
  private static final byte[] CHALLENGE = new byte[VncAuthentication.CHALLENGE_LENGTH];

  private Instant now = Instant.EPOCH;
  private final PasswordGate gate =
      new PasswordGate(new Credentials("first", "look", null), () -> now);

  private boolean opens(String password) {
    boolean asText = gate.check("", password).isPresent();
    assertThat(gate.check(CHALLENGE, VncAuthentication.response(password, CHALLENGE)).isPresent())
        .isEqualTo(asText);
    return asText;
  }

  @Test
  void anotherPasswordTakesThePlaceOfTheFirst() {
    assertThat(opens("first")).isTrue();
    gate.set("second");
    assertThat(opens("first")).isFalse();
    assertThat(opens("second")).isTrue();
    assertThat(opens("look")).as("to look only").isTrue();
  }

  @Test
  void nobodyComesInAfterTheTime() {
    gate.expire(now.plusSeconds(10));
    assertThat(opens("first")).isTrue();
    now = now.plusSeconds(10);
    assertThat(opens("first")).isFalse();
    assertThat(opens("look")).isFalse();
    gate.expire(Instant.MAX);
    assertThat(opens("first")).isTrue();
  }

  @Test
  void theEmptyPasswordOpensNothing() {
    gate.set(Credentials.UNSET);
    assertThat(opens("")).isFalse();
    assertThat(opens("first")).isFalse();
  }

  @Test
  void whereNoneIsAskedForNoneCanBeSet() {
    PasswordGate open = new PasswordGate(Credentials.NONE);
    assertThatThrownBy(() -> open.set("x")).isInstanceOf(VmmException.class);
  }
}
