package io.transvisor.bt.isa;

import java.util.List;
import java.util.Locale;

/**
 * The instructions a virtual machine monitor must not let a guest's kernel execute on the real
 * processor: the sensitive ones that do not trap there (Robin and Irvine, "Analysis of the Intel
 * Pentium's Ability to Support a Secure Virtual Machine Monitor", USENIX Security 2000), and the
 * privileged ones (SDM volume 3, 5.9) with those that IOPL or CR4 decide about. Each is done by the
 * monitor in the guest's place, a <em>callout</em>, and counted as such.
 *
 * <p>With each class are the encodings of its rows in the {@link FormTable}; the last classes have
 * none, they are no instructions.
 */
public enum CalloutClass {
  // Sensitive, and unprivileged: on the real processor they tell, or do something else, silently.
  SGDT("0F 01 /0:m"),
  SIDT("0F 01 /1:m"),
  SLDT("0F 00 /0"),
  STR("0F 00 /1"),
  SMSW("0F 01 /4"),
  PUSHF("9C"),
  POPF("9D"),
  LAR("0F 02 /r"),
  LSL("0F 03 /r"),
  VERR("0F 00 /4"),
  VERW("0F 00 /5"),
  PUSH_SEGMENT("06", "0E", "16", "1E", "0F A0", "0F A8"),
  POP_SEGMENT("07", "17", "1F", "0F A1", "0F A9"),
  STORE_SEGMENT("8C /r"),
  LOAD_SEGMENT("8E /r", "C4 /r:m", "C5 /r:m", "0F B2 /r:m", "0F B4 /r:m", "0F B5 /r:m"),
  FAR_CALL("9A ap", "FF /3:m"),
  FAR_JUMP("EA ap", "FF /5:m"),
  FAR_RETURN("CA iw", "CB"),
  SOFTWARE_INTERRUPT("CC", "CD ib", "CE", "F1"),
  IRET("CF"),

  // Privileged, or dependent on IOPL, CR4 or the I/O permission bitmap.
  LGDT("0F 01 /2:m"),
  LIDT("0F 01 /3:m"),
  LLDT("0F 00 /2"),
  LTR("0F 00 /3"),
  LMSW("0F 01 /6"),
  CLTS("0F 06"),
  READ_CONTROL("0F 20 /r:x"),
  WRITE_CONTROL("0F 22 /r:x"),
  READ_DEBUG("0F 21 /r:x"),
  WRITE_DEBUG("0F 23 /r:x"),
  INVLPG("0F 01 /7:m"),
  CACHE_CONTROL("0F 08", "0F 09"),
  HLT("F4"),
  RDMSR("0F 32"),
  WRMSR("0F 30"),
  RDTSC("0F 31"),
  RDPMC("0F 33"),
  CLI("FA"),
  STI("FB"),
  IN("E4 ib", "E5 ib", "EC", "ED"),
  OUT("E6 ib", "E7 ib", "EE", "EF"),
  INS("6C", "6D"),
  OUTS("6E", "6F"),
  SYSENTER("0F 34"),
  SYSEXIT("0F 35"),
  CPUID("0F A2"),
  RSM("0F AA"),

  /**
   * Delivery of a fault or trap to the guest, from the fault to the handler's first instruction.
   */
  EXCEPTION,
  /** Delivery of a device's interrupt or an NMI. */
  INTERRUPT;

  private final List<String> encodings;

  CalloutClass(String... encodings) {
    this.encodings = List.of(encodings);
  }

  /** Encodings of the rows of the instruction table that belong to the class. */
  public List<String> encodings() {
    return encodings;
  }

  /** The name in statistics and logs: words with hyphens, such as {@code software-interrupt}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
