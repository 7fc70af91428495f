package io.transvisor.bt.isa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All instruction forms, found by opcode. Rows are added with an encoding in the notation of the
 * SDM's opcode column:
 *
 * <ul>
 *   <li>{@code "66 0F 58 /r"}, {@code "F3 90"}: only with this prefix, of which F2 and F3 go before
 *       66; {@code "NP 0F 58 /r"}: only without any of the three; other rows are for whatever
 *       prefix has no row of its own
 *   <li>{@code "01 /r"}: opcode with ModRM; {@code "0F AF /r"}: two-byte opcode
 *   <li>{@code "83 /5 ibs"}: the reg field of ModRM is part of the opcode
 *   <li>{@code "0F 01 /4:r"}, {@code "0F 01 /4:m"}: only with a register, only with memory
 *   <li>{@code "0F 20 /r:x"}: with a register, whatever the mod field says
 *   <li>{@code "D9 =E0"}: the whole ModRM byte is part of the opcode (x87)
 *   <li>{@code "50+r"}: eight opcodes, register in the low bits (in {@link Insn#rm})
 *   <li>immediates: the names of {@link Form.Immediate} in lower case
 * </ul>
 */
public final class FormTable {
  /** What follows an opcode: one form, or forms by the ModRM byte. */
  public static final class Entry {
    private Form single;
    private Form[] byModRm;

    /** The form when no ModRM byte selects it, else null. */
    public Form single() {
      return single;
    }

    /** Whether a ModRM byte selects the form. */
    public boolean isGroup() {
      return byModRm != null;
    }

    /** The form for a ModRM byte, or null. */
    public Form select(int modRm) {
      return byModRm[modRm];
    }
  }

  /** Mandatory prefixes, in the order of {@link #oneByte}; the first stands for any or none. */
  private static final List<String> PREFIXES = List.of("", "NP", "66", "F3", "F2");

  /** By mandatory prefix and opcode. */
  private final Entry[][] oneByte = new Entry[PREFIXES.size()][256];

  private final Entry[][] twoByte = new Entry[PREFIXES.size()][256];
  private static final String OPCODE = "[0-9A-F]{2}(\\+r)?";

  private final List<Form> forms = new ArrayList<>();

  /** Adds a row and returns it, for its handlers and attributes. */
  public Form op(String encoding, String text) {
    Form form = new Form(encoding, text);
    String[] tokens = encoding.split(" ");
    int prefix = Math.max(0, PREFIXES.indexOf(tokens[0]));
    int at = prefix > 0 ? 1 : 0;
    Entry[] map = oneByte[prefix];
    if (tokens[at].equals("0F") && tokens.length > at + 1 && tokens[at + 1].matches(OPCODE)) {
      map = twoByte[prefix];
      at++;
    }
    form.opcodeRegister = tokens[at].endsWith("+r");
    int opcode = Integer.parseInt(tokens[at].substring(0, 2), 16);
    at++;
    int first = 0;
    int last = -1;
    if (at < tokens.length && tokens[at].startsWith("/")) {
      form.modRm = true;
      String reg = tokens[at].substring(1, 2);
      boolean registerOnly = tokens[at].endsWith(":r");
      form.ignoresMod = tokens[at].endsWith(":x");
      boolean memoryOnly = tokens[at].endsWith(":m");
      for (int modRm = 0; modRm < 256; modRm++) {
        boolean register = modRm >= 0xC0;
        boolean fits = reg.equals("r") || Integer.parseInt(reg) == (modRm >> 3 & 7);
        if (fits && !(register && memoryOnly) && !(!register && registerOnly)) {
          put(map, opcode, modRm, form);
        }
      }
      at++;
    } else if (at < tokens.length && tokens[at].startsWith("=")) {
      form.modRm = true;
      put(map, opcode, Integer.parseInt(tokens[at].substring(1), 16), form);
      at++;
    } else {
      first = opcode;
      last = form.opcodeRegister ? opcode + 7 : opcode;
    }
    for (int i = first; i <= last; i++) {
      if (map[i] != null) {
        throw new IllegalStateException("opcode of " + form + " is taken");
      }
      map[i] = new Entry();
      map[i].single = form;
    }
    form.immediates =
        Arrays.stream(tokens, at, tokens.length)
            .map(t -> Form.Immediate.valueOf(t.toUpperCase(java.util.Locale.ROOT)))
            .toArray(Form.Immediate[]::new);
    forms.add(form);
    return form;
  }

  /**
   * Marks the rows of all {@linkplain CalloutClass callout classes}, which must be there.
   *
   * @throws IllegalStateException if one is not
   */
  public void markCallouts() {
    Map<String, Form> byEncoding = new HashMap<>();
    forms.forEach(form -> byEncoding.put(form.encoding(), form));
    for (CalloutClass callout : CalloutClass.values()) {
      for (String encoding : callout.encodings()) {
        Form form = byEncoding.get(encoding);
        if (form == null) {
          throw new IllegalStateException("no row " + encoding + " for " + callout);
        }
        form.callout(callout);
      }
    }
  }

  private static void put(Entry[] map, int opcode, int modRm, Form form) {
    Entry entry = map[opcode];
    if (entry == null) {
      entry = new Entry();
      entry.byModRm = new Form[256];
      map[opcode] = entry;
    }
    if (entry.byModRm == null || entry.byModRm[modRm] != null) {
      throw new IllegalStateException("opcode of " + form + " is taken");
    }
    entry.byModRm[modRm] = form;
  }

  /**
   * What follows a one-byte opcode, or null.
   *
   * @param prefix the last of the prefixes F2 and F3, or 0x66 if there is none but that, or 0
   */
  public Entry oneByte(int opcode, int prefix) {
    return find(oneByte, opcode, prefix);
  }

  /** What follows 0F and this byte, or null; prefixes as in {@link #oneByte(int, int)}. */
  public Entry twoByte(int opcode, int prefix) {
    return find(twoByte, opcode, prefix);
  }

  private static Entry find(Entry[][] maps, int opcode, int prefix) {
    int mandatory =
        switch (prefix) {
          case 0x66 -> 2;
          case 0xF3 -> 3;
          case 0xF2 -> 4;
          default -> 1;
        };
    Entry entry = maps[mandatory][opcode];
    return entry != null ? entry : maps[0][opcode];
  }

  /** All rows in the order they were added. */
  public List<Form> forms() {
    return forms;
  }
}
