package io.transvisor.console.rfb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.console.rfb.security.Credentials;
import io.transvisor.console.rfb.security.SecurityObjects;
import io.transvisor.console.rfb.security.SecurityPolicy;
import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VncOptionParserTest {
  private static final SecurityObjects NO_OBJECTS = new SecurityObjects(List.of());

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // argument | host | first port | last port | share
        ":0 | 127.0.0.1 | 5900 | 5900 | ALLOW_EXCLUSIVE",
        ":1 | 127.0.0.1 | 5901 | 5901 | ALLOW_EXCLUSIVE",
        ":1,insecure=on | '' | 5901 | 5901 | ALLOW_EXCLUSIVE",
        ":1,insecure | '' | 5901 | 5901 | ALLOW_EXCLUSIVE",
        "localhost:2,to=9 | localhost | 5902 | 5909 | ALLOW_EXCLUSIVE",
        "0.0.0.0:2 | 0.0.0.0 | 5902 | 5902 | ALLOW_EXCLUSIVE",
        "[::1]:3,share=force-shared | ::1 | 5903 | 5903 | FORCE_SHARED",
        "127.0.0.1:59635,share=ignore,password=off | 127.0.0.1 | 65535 | 65535 | IGNORE",
        "127.0.0.1:0,lossy=on,non-adaptive | 127.0.0.1 | 5900 | 5900 | ALLOW_EXCLUSIVE",
      })
  void understood(String argument, String host, int port, int lastPort, SharePolicy share) {
    VncOptions options = VncServer.parse(argument, NO_OBJECTS, "Guest").orElseThrow();
    assertThat(options)
        .isEqualTo(
            new VncOptions(
                host,
                port,
                lastPort,
                new SecurityPolicy(Credentials.NONE, null, argument.contains("insecure")),
                share,
                0,
                "Guest"));
  }

  @Test
  void noneMeansNoServer() {
    assertThat(VncServer.parse("none", NO_OBJECTS, "Guest")).isEmpty();
  }

  @Test
  void withAPasswordAllInterfacesAreUsed() throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), "se same\r\nrest");
    VncOptions options =
        VncServer.parse(":1,password-file=" + file, NO_OBJECTS, "Guest").orElseThrow();
    assertThat(options.host()).isEmpty();
    assertThat(options.security().credentials().password()).isEqualTo("se same");
    assertThat(options.toString()).doesNotContain("same");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5901 | expected [HOST]:N or none, where N is the display number (TCP port 5900 + N)",
        "'' | expected [HOST]:N or none, where N is the display number (TCP port 5900 + N)",
        ":x | 'x' is not a display number (0 to 59635)",
        ": | '' is not a display number (0 to 59635)",
        ":59636 | '59636' is not a display number (0 to 59635)",
        ":-1 | '-1' is not a display number (0 to 59635)",
        "::1:3 | put an IPv6 address in brackets, as in [::1]:3",
        "unix:/run/vnc | Unix sockets are not supported; use HOST:N",
        ":1,user=u | user needs password-file",
        ":1,view-only-password-file= | option 'view-only-password-file' needs a value",
        ":1,idle-timeout=soon | idle-timeout=soon: expected seconds",
        ":1,tls=perhaps | tls=perhaps: expected on or off",
        ":1,to=0 | to=0 is below display 1",
        ":1,share=maybe | share=maybe: expected allow-exclusive, force-shared or ignore",
        ":1,insecure=perhaps | insecure=perhaps: expected on or off",
        ":1,password-file= | option 'password-file' needs a value",
        ":1,sasl | option 'sasl' is not supported (known: to, share, idle-timeout, password-file,"
            + " password-secret, password, view-only-password-file, user, tls, tls-creds, insecure)",
        ":1, | empty option",
      })
  void notUnderstood(String argument, String problem) {
    assertThatThrownBy(() -> VncServer.parse(argument, NO_OBJECTS, "Guest"))
        .isInstanceOf(VmmException.class)
        .hasMessage("-vnc " + argument + ": " + problem);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\nsecond"})
  void emptyPasswordFiles(String content) throws IOException {
    Path file = Files.writeString(directory.resolve("empty"), content);
    assertThatThrownBy(() -> VncServer.parse(":1,password-file=" + file, NO_OBJECTS, "Guest"))
        .isInstanceOf(VmmException.class)
        .hasMessageEndingWith("the first line of the password file " + file + " is empty");
  }

  @Test
  void missingPasswordFiles() {
    Path file = directory.resolve("missing");
    assertThatThrownBy(() -> VncServer.parse(":1,password-file=" + file, NO_OBJECTS, "Guest"))
        .isInstanceOf(VmmException.class)
        .hasMessageEndingWith(": cannot read the password file " + file);
  }

  @Test
  void withoutTheOptionTheNextFreeDisplayOfThisHostIsUsed() {
    VncOptions options = VncOptions.defaults("Guest");
    assertThat(options.host()).isEqualTo("127.0.0.1");
    assertThat(options.port()).isEqualTo(5900);
    assertThat(options.lastPort()).isGreaterThan(5900);
    assertThat(options.security().credentials().isRequired()).isFalse();
  }
}
