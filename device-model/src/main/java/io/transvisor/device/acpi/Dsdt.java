package io.transvisor.device.acpi;

import static io.transvisor.device.acpi.Aml.ARG0;
import static io.transvisor.device.acpi.Aml.LOCAL0;
import static io.transvisor.device.acpi.Aml.and;
import static io.transvisor.device.acpi.Aml.byteFields;
import static io.transvisor.device.acpi.Aml.call;
import static io.transvisor.device.acpi.Aml.createDwordField;
import static io.transvisor.device.acpi.Aml.define;
import static io.transvisor.device.acpi.Aml.device;
import static io.transvisor.device.acpi.Aml.doReturn;
import static io.transvisor.device.acpi.Aml.eisaId;
import static io.transvisor.device.acpi.Aml.ifElse;
import static io.transvisor.device.acpi.Aml.integer;
import static io.transvisor.device.acpi.Aml.method;
import static io.transvisor.device.acpi.Aml.name;
import static io.transvisor.device.acpi.Aml.operationRegion;
import static io.transvisor.device.acpi.Aml.orInto;
import static io.transvisor.device.acpi.Aml.pack;
import static io.transvisor.device.acpi.Aml.processor;
import static io.transvisor.device.acpi.Aml.scope;
import static io.transvisor.device.acpi.Aml.store;
import static io.transvisor.device.acpi.Aml.terms;

import java.util.ArrayList;
import java.util.List;

/**
 * The differentiated system description of the board: the PCI bus with its windows and interrupt
 * routing, the interrupt links of the PIIX3, and the ISA devices, under the names and ids QEMU's
 * machine has.
 */
final class Dsdt {
  /** A link device's interrupt is off when this bit of its routing register is set. */
  private static final int LINK_DISABLED = 0x80;

  /** Device status: present, enabled, functioning; a link is never shown to users. */
  private static final int STATUS_LINK_ENABLED = 0x0B;

  private static final int STATUS_LINK_DISABLED = 0x09;
  private static final int STATUS_PRESENT = 0x0F;
  private static final int[] LINK_CHOICES = {5, 10, 11};

  /** Where an interrupt number is in a resource template of one extended interrupt descriptor. */
  private static final int INTERRUPT_OFFSET = 5;

  private static final String[] LINKS = {"LNKA", "LNKB", "LNKC", "LNKD"};
  private static final int[] SERIAL_PORT = {0x3F8, 0x2F8, 0x3E8, 0x2E8};
  private static final int[] SERIAL_IRQ = {4, 3, 4, 3};
  private static final int PCI_SLOTS = 32;
  private static final int LAST_PCI_ADDRESS = 0xFEBFFFFF;

  private Dsdt() {}

  /** The AML behind the table header. */
  static byte[] build(BoardDescription board) {
    return terms(
        scope("\\_PR_", processor("CPU0", 0)),
        scope("\\_SB_", pciRoot(board), linkStatus(), linkCurrent(), links()),
        define("\\_S5_", pack(integer(0), integer(0), integer(0), integer(0))));
  }

  // ---- PCI ----

  private static byte[] pciRoot(BoardDescription board) {
    return device(
        "PCI0",
        define("_HID", eisaId("PNP0A03")),
        define("_ADR", integer(0)),
        define("_UID", integer(0)),
        define("_CRS", windows(board)),
        define("_PRT", routing()),
        isaBridge(board));
  }

  private static byte[] windows(BoardDescription board) {
    return new Resources()
        .busNumbers(0, 0xFF)
        .io(0xCF8, 8)
        .ioRange(0x0000, 0x0CF7)
        .ioRange(0x0D00, 0xFFFF)
        .memoryRange(0xA0000, 0xBFFFF, true)
        .memoryRange(board.pciHoleStart(), LAST_PCI_ADDRESS, false)
        .toBuffer();
  }

  /**
   * Four pins of each slot, rotated by slot as they are wired. INTA# of slot 1 is the power
   * management function: always IRQ 9.
   */
  private static byte[] routing() {
    List<byte[]> entries = new ArrayList<>();
    for (int slot = 0; slot < PCI_SLOTS; slot++) {
      for (int pin = 0; pin < 4; pin++) {
        String link = slot == 1 && pin == 0 ? "LNKS" : LINKS[(slot + pin - 1) & 3];
        entries.add(pack(integer(slot << 16 | 0xFFFF), integer(pin), name(link), integer(0)));
      }
    }
    return pack(entries.toArray(byte[][]::new));
  }

  // ---- interrupt links ----

  private static byte[] linkStatus() {
    return method(
        "IQST",
        1,
        ifElse(
            and(integer(LINK_DISABLED), ARG0),
            doReturn(integer(STATUS_LINK_DISABLED)),
            doReturn(integer(STATUS_LINK_ENABLED))));
  }

  /**
   * The template of one interrupt with the number a routing register holds, or 0 while it is off.
   */
  private static byte[] linkCurrent() {
    return method(
        "IQCR",
        1,
        store(new Resources().interrupt(0).toBuffer(), LOCAL0),
        createDwordField(LOCAL0, INTERRUPT_OFFSET, "PRRI"),
        ifElse(
            and(integer(LINK_DISABLED), ARG0),
            store(integer(0), name("PRRI")),
            store(and(ARG0, integer(0x0F)), name("PRRI"))),
        doReturn(LOCAL0));
  }

  private static byte[] links() {
    List<byte[]> devices = new ArrayList<>();
    for (int i = 0; i < LINKS.length; i++) {
      devices.add(link(LINKS[i], i, "\\_SB_.PCI0.ISA_.PRQ" + i));
    }
    devices.add(
        device(
            "LNKS",
            define("_HID", eisaId("PNP0C0F")),
            define("_UID", integer(LINKS.length)),
            define("_PRS", new Resources().interrupt(9).toBuffer()),
            method("_STA", 0, doReturn(integer(STATUS_LINK_ENABLED))),
            method("_DIS", 0),
            method("_CRS", 0, doReturn(name("_PRS"))),
            method("_SRS", 1)));
    return terms(devices.toArray(byte[][]::new));
  }

  private static byte[] link(String name, int uid, String register) {
    byte[] routing = name(register);
    return device(
        name,
        define("_HID", eisaId("PNP0C0F")),
        define("_UID", integer(uid)),
        define("_PRS", new Resources().interrupt(LINK_CHOICES).toBuffer()),
        method("_STA", 0, doReturn(call("IQST", routing))),
        method("_DIS", 0, orInto(routing, integer(LINK_DISABLED), routing)),
        method("_CRS", 0, doReturn(call("IQCR", routing))),
        method(
            "_SRS",
            1,
            createDwordField(ARG0, INTERRUPT_OFFSET, "PRRI"),
            store(name("PRRI"), routing)));
  }

  // ---- ISA ----

  private static byte[] isaBridge(BoardDescription board) {
    List<byte[]> body = new ArrayList<>();
    body.add(define("_ADR", integer(0x00010000)));
    body.add(operationRegion("P40C", Aml.Space.PCI_CONFIG, 0x60, 4));
    body.add(byteFields("P40C", "PRQ0", "PRQ1", "PRQ2", "PRQ3"));
    body.add(isaDevice("RTC_", "PNP0B00", new Resources().io(0x70, 8).irq(8)));
    body.add(isaDevice("KBD_", "PNP0303", new Resources().io(0x60, 1).io(0x64, 1).irq(1)));
    body.add(isaDevice("MOU_", "PNP0F13", new Resources().irq(12)));
    if (board.floppyController()) {
      body.add(
          isaDevice("FDC0", "PNP0700", new Resources().io(0x3F2, 4).io(0x3F7, 1).irq(6).dma(2)));
    }
    if (board.parallelPort()) {
      body.add(isaDevice("LPT1", "PNP0400", new Resources().io(0x378, 8).irq(7)));
    }
    for (int i = 0; i < SERIAL_PORT.length; i++) {
      if ((board.serialPorts() & 1 << i) != 0) {
        body.add(serialPort(i));
      }
    }
    return device("ISA_", body.toArray(byte[][]::new));
  }

  private static byte[] serialPort(int index) {
    return device(
        "COM" + (index + 1),
        define("_HID", eisaId("PNP0501")),
        define("_UID", integer(index + 1)),
        define("_STA", integer(STATUS_PRESENT)),
        define(
            "_CRS", new Resources().io(SERIAL_PORT[index], 8).irq(SERIAL_IRQ[index]).toBuffer()));
  }

  private static byte[] isaDevice(String name, String id, Resources resources) {
    return device(
        name,
        define("_HID", eisaId(id)),
        define("_STA", integer(STATUS_PRESENT)),
        define("_CRS", resources.toBuffer()));
  }
}
