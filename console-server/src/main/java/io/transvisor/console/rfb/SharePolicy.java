package io.transvisor.console.rfb;

/**
 * What the shared flag of a connecting viewer means; the names are those of QEMU's {@code -vnc
 * ...,share=} option.
 */
public enum SharePolicy {
  /** A viewer that asks for exclusive access disconnects the others (RFC 6143 section 7.3.1). */
  ALLOW_EXCLUSIVE("allow-exclusive"),
  /** Only viewers that agree to share are let in. */
  FORCE_SHARED("force-shared"),
  /** Everybody is let in and nobody is disconnected. */
  IGNORE("ignore");

  private final String optionValue;

  SharePolicy(String optionValue) {
    this.optionValue = optionValue;
  }

  /** The word used on the command line. */
  public String optionValue() {
    return optionValue;
  }
}
