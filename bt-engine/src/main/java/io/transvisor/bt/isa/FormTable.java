package io.transvisor.bt.isa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All instruction forms, found by opcode. Rows are added with an encoding in the notation of the
 * SDM's opcode column:
 *
 * <ul>
 *   <li>{@code "01 /r"}: opcode with ModRM; {@code "0F AF /r"}: two-byte opcode
 *   <li>{@code "83 /5 ibs"}: the reg field of ModRM is part of the opcode
 *   <li>{@code "0F 01 /4:r"}, {@code "0F 01 /4:m"}: only with a register, only with memory
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

  private final Entry[] oneByte = new Entry[256];
  private final Entry[] twoByte = new Entry[256];
  private final List<Form> forms = new ArrayList<>();

  /** Adds a row and returns it, for its handlers and attributes. */
  public Form op(String encoding, String text) {
    Form form = new Form(encoding, text);
    String[] tokens = encoding.split(" ");
    int at = 0;
    Entry[] map = oneByte;
    if (tokens[at].equals("0F") && tokens.length > 1 && tokens[1].matches("[0-9A-F]{2}(\\+r)?")) {
      map = twoByte;
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

  /** What follows a one-byte opcode, or null. */
  public Entry oneByte(int opcode) {
    return oneByte[opcode];
  }

  /** What follows 0F and this byte, or null. */
  public Entry twoByte(int opcode) {
    return twoByte[opcode];
  }

  /** All rows in the order they were added. */
  public List<Form> forms() {
    return forms;
  }
}
