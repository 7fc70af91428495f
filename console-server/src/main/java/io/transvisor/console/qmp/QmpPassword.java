package io.transvisor.console.qmp;

import io.transvisor.console.control.Installation;
import io.transvisor.console.control.VncPassword;
import io.transvisor.core.error.VmmException;
import java.time.Instant;

/** {@code set_password}, {@code expire_password} and {@code change-vnc-password}. */
final class QmpPassword {
  private final Installation installation;

  QmpPassword(Installation installation) {
    this.installation = installation;
  }

  private VncPassword password(Arguments a) {
    String protocol = a.text("protocol");
    if (!protocol.equals("vnc")) {
      throw Arguments.notAccepted("protocol", protocol);
    }
    a.optionalText("display");
    return password();
  }

  private VncPassword password() {
    return installation
        .vncPassword()
        .orElseThrow(() -> QmpException.generic("No VNC display is present"));
  }

  void set(Arguments a) {
    VncPassword vnc = password(a);
    String text = a.text("password");
    String connected = a.optionalText("connected");
    a.end();
    if (connected != null && !connected.equals("keep")) {
      throw QmpException.generic("Invalid parameter 'connected'");
    }
    set(vnc, text);
  }

  void change(Arguments a) {
    String text = a.text("password");
    a.end();
    set(password(), text);
  }

  private static void set(VncPassword vnc, String text) {
    try {
      vnc.set(text);
    } catch (VmmException e) {
      throw QmpException.generic("Could not set password");
    }
  }

  void expire(Arguments a) {
    VncPassword vnc = password(a);
    String text = a.text("time");
    a.end();
    Instant time = VncPassword.time(text);
    if (time == null) {
      throw Arguments.notAccepted("time", text);
    }
    vnc.expire(time);
  }
}
